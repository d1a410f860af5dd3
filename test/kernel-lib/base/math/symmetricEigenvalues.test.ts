import { symmetricEigenvalues } from '../../../../kernel-lib/dist/base/math/symmetricEigenvalues';
import { expect, test } from 'vitest';

test('of a matrix by hand, of a diagonal one, and of one that is singular', () => {
  const near = (matrix: number[][], values: number[]) =>
    symmetricEigenvalues(matrix).forEach((value, i) => expect(value).toBeCloseTo(values[i], 12));
  near(
    [
      [2, 1],
      [1, 2]
    ],
    [3, 1]
  );
  near(
    [
      [3, 0, 0],
      [0, -5, 0],
      [0, 0, 1]
    ],
    [3, 1, -5]
  );
  near(
    [
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1]
    ],
    [3, 0, 0]
  );
  expect(symmetricEigenvalues([])).toEqual([]);
});

test('their sum is the trace, of squares that of the squared matrix', () => {
  const size = 12;
  const matrix = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => Math.sin(3 * Math.min(i, j) + 7 * Math.max(i, j)))
  );
  const values = symmetricEigenvalues(matrix);
  expect(values.reduce((a, b) => a + b)).toBeCloseTo(
    matrix.reduce((sum, row, i) => sum + row[i], 0),
    10
  );
  expect(values.reduce((a, b) => a + b * b, 0)).toBeCloseTo(
    matrix.flat().reduce((sum, x) => sum + x * x, 0),
    10
  );
});
