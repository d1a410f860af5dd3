import { core, layers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { applyWith, expectParity, readFixture } from './fixture';

const cases = readFixture('recurrent');

test('the fixture has a case for each cell', () => {
  expect([...cases.keys()]).toEqual(['tanh', 'relu', 'gru', 'lstm']);
});

test.each([...cases.values()])('$name agrees with PyTorch, and so do its gradients', (item) => {
  const random = core.Random.fromSeed(0);
  const layer = new layers.Recurrent({ inputWidth: 3, hidden: 4, cell: item.name as layers.RecurrentCell, random });
  expectParity(item, (tensors) => applyWith(layer, tensors));
  layer.dispose();
});
