import { core, layers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { applyWith, expectParity, readFixture } from './fixture';

const random = core.Random.fromSeed(0);
const cases = readFixture('layers');

const modules: Record<string, core.Module> = {
  Linear: new layers.Linear({ inputWidth: 4, outputWidth: 5, random }),
  Embedding: new layers.Embedding({ count: 5, width: 3, random }),
  LayerNorm: new layers.LayerNorm({ width: 8 }),
  RMSNorm: new layers.RMSNorm({ width: 8 }),
  CausalSelfAttention: new layers.CausalSelfAttention({ width: 8, heads: 2, random }),
  FeedForward: new layers.FeedForward({ width: 4, hidden: 6, random }),
  GatedFeedForward: new layers.GatedFeedForward({ width: 4, hidden: 6, random })
};

test('the fixture has a case for each layer here', () => {
  expect([...cases.keys()]).toEqual(Object.keys(modules));
});

test.each([...cases.values()])('$name agrees with PyTorch', (item) => {
  expectParity(item, (tensors) => applyWith(modules[item.name], tensors));
});
