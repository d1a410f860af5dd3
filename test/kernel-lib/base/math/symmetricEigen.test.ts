import { symmetricEigen } from '../../../../kernel-lib/dist/base/math/symmetricEigen';
import { expect, test } from 'vitest';

test('of a matrix by hand, of a diagonal one, and of one that is singular', () => {
  const near = (matrix: number[][], values: number[]) =>
    symmetricEigen(matrix).values.forEach((value, i) => expect(value).toBeCloseTo(values[i], 12));
  near(
    [
      [2, 1],
      [1, 2]
    ],
    [1, 3]
  );
  near(
    [
      [3, 0, 0],
      [0, -5, 0],
      [0, 0, 1]
    ],
    [-5, 1, 3]
  );
  near(
    [
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1]
    ],
    [0, 0, 3]
  );
  expect(symmetricEigen([])).toEqual({ values: new Float64Array(), vectors: [] });
});

test('their sum is the trace, of squares that of the squared matrix', () => {
  const size = 12;
  const matrix = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => Math.sin(3 * Math.min(i, j) + 7 * Math.max(i, j)))
  );
  const { values, vectors } = symmetricEigen(matrix);
  expect(values.reduce((a, b) => a + b)).toBeCloseTo(
    matrix.reduce((sum, row, i) => sum + row[i], 0),
    10
  );
  expect(values.reduce((a, b) => a + b * b, 0)).toBeCloseTo(
    matrix.flat().reduce((sum, x) => sum + x * x, 0),
    10
  );
  // Unit vectors at right angles, each made longer by its value.
  vectors.forEach((v, i) => {
    vectors.forEach((w, j) => expect(v.reduce((sum, x, k) => sum + x * w[k], 0)).toBeCloseTo(Number(i === j), 10));
    matrix.forEach((row, k) => expect(row.reduce((sum, x, j) => sum + x * v[j], 0)).toBeCloseTo(values[i] * v[k], 10));
  });
});
