import { expect, test } from 'vitest';
import { attainment } from '../../../../kernel-lib/dist/base/math';

const SETS = [
  [[1, 5], [3, 2]],
  [[2, 4], [4, 1]],
  [[1, 6], [5, 3]]
] as [number, number][][]; // prettier-ignore

test('what one, two or all of three sets reach with at most x', () => {
  expect(attainment(SETS, 1)).toEqual({ x: [1, 2, 3, 4], y: [5, 4, 2, 1] });
  // At 1 the second has nothing: the worse of 5 and 6; at 2 4 and 5, at 3 2 and 4, at 4 1 and 2.
  expect(attainment(SETS, 2)).toEqual({ x: [1, 2, 3, 4], y: [6, 5, 4, 2] });
  expect(attainment(SETS, 3)).toEqual({ x: [2, 5], y: [6, 3] });
});

test('the order of points makes no difference, and more sets than there are attain nothing', () => {
  expect(attainment(SETS.map((set) => [...set].reverse()), 2)).toEqual(attainment(SETS, 2)); // prettier-ignore
  expect(attainment(SETS, 4)).toEqual({ x: [], y: [] });
  expect(attainment([[], [[1, 1]]], 1)).toEqual({ x: [1], y: [1] });
});
