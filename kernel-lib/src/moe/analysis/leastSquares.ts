import { fail } from '../../core';

export interface LeastSquares {
  coefficients: number[];
  /** Standard errors of the coefficients, from the residuals; NaN where there are no more rows than columns. */
  standardErrors: number[];
  /** Sum of squared residuals. */
  residual: number;
}

/** Ordinary least squares by the normal equations, for few columns. @throws {SwitchyardError} where columns depend on each other. */
export function leastSquares(rows: readonly (readonly number[])[], y: readonly number[]): LeastSquares {
  const size = rows[0].length;
  const index = Array.from({ length: size }, (_, i) => i);
  const gram = index.map((i) => index.map((j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)));
  const inverse = invert(gram);
  const moments = index.map((i) => rows.reduce((sum, row, n) => sum + row[i] * y[n], 0));
  const coefficients = inverse.map((row) => row.reduce((sum, x, j) => sum + x * moments[j], 0));
  const predict = (row: readonly number[]): number => row.reduce((sum, x, i) => sum + x * coefficients[i], 0);
  const residual = rows.reduce((sum, row, n) => sum + (y[n] - predict(row)) ** 2, 0);
  const freedom = rows.length - size;
  const variance = freedom > 0 ? residual / freedom : NaN;
  return { coefficients, standardErrors: index.map((i) => Math.sqrt(variance * inverse[i][i])), residual };
}

/** Gauss-Jordan with row pivots. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      pivot = Math.abs(work[row][column]) > Math.abs(work[pivot][column]) ? row : pivot;
    }
    [work[column], work[pivot]] = [work[pivot], work[column]];
    if (!(Math.abs(work[column][column]) > 1e-12 * Math.abs(matrix[column][column]))) {
      fail('leastSquares', 'columns must be independent: more different sizes and numbers of experts', column);
    }
    work[column] = work[column].map((x) => x / work[column][column]);
    for (let row = 0; row < size; row++) {
      if (row !== column) {
        const factor = work[row][column];
        work[row] = work[row].map((x, j) => x - factor * work[column][j]);
      }
    }
  }
  return work.map((row) => row.slice(size));
}
