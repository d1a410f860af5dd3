import { expect, test } from 'vitest';
import { expertNames } from '../../../extension/charts/text';
import { routing, trans } from '../support/payloads';

test('experts go by their labels, bare numbers get their noun, and without labels all are numbered', () => {
  const [layer] = routing('small').data.layers;
  expect(expertNames({ ...layer, experts: ['left', '1', '2', 'right'] }, trans)).toEqual([
    'left',
    'expert 1',
    'expert 2',
    'right'
  ]);
  expect(expertNames({ ...layer, experts: [] }, trans)).toEqual(['expert 0', 'expert 1', 'expert 2', 'expert 3']);
});
