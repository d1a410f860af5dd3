import { fail } from '../core';
import { solvePositive } from './solvePositive';

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
  const rule = 'columns must be independent: more different sizes and numbers of experts';
  const column = (i: number): Float64Array =>
    solvePositive(
      gram,
      index.map((j) => (i === j ? 1 : 0))
    ) ?? fail('leastSquares', rule, `${rows.length} rows`);
  const inverse = index.map(column);
  const moments = index.map((i) => rows.reduce((sum, row, n) => sum + row[i] * y[n], 0));
  const coefficients = inverse.map((row) => row.reduce((sum, x, j) => sum + x * moments[j], 0));
  const predict = (row: readonly number[]): number => row.reduce((sum, x, i) => sum + x * coefficients[i], 0);
  const residual = rows.reduce((sum, row, n) => sum + (y[n] - predict(row)) ** 2, 0);
  const freedom = rows.length - size;
  const variance = freedom > 0 ? residual / freedom : NaN;
  return { coefficients, standardErrors: index.map((i) => Math.sqrt(variance * inverse[i][i])), residual };
}
