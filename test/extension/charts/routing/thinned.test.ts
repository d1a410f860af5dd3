import { expect, test } from 'vitest';
import { thinned } from '../../../../extension/charts/routing/thinned';

test('labels stand apart, and the one that is kept pushes its neighbours aside', () => {
  expect(thinned(10, 5, 11)).toEqual([0, 3, 6, 9]);
  expect(thinned(10, 5, 11, 4)).toEqual([0, 4, 9]);
  expect(thinned(4, 20, 11, 1)).toEqual([0, 1, 2, 3]);
});
