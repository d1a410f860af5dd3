import { fail } from '../../base/core';
import { solvePositive } from '../../base/math/solvePositive';

/** Columns of mean 0 and deviation 1. */
export function standardized(rows: readonly Float64Array[]): Float64Array[] {
  const mean = rows[0].map((_, f) => rows.reduce((sum, row) => sum + row[f], 0) / rows.length);
  const deviation = mean.map((m, f) => Math.sqrt(rows.reduce((sum, row) => sum + (row[f] - m) ** 2, 0) / rows.length) || 1); // prettier-ignore
  return rows.map((row) => row.map((value, f) => (value - mean[f]) / deviation[f]));
}

/** Class of each row by ridge regression to one-hot classes, in closed form, fitted to the rows of `train`. */
export function ridgeClasses(
  where: string,
  rows: readonly ArrayLike<number>[],
  options: { classes: ArrayLike<number>; count: number; train: readonly number[]; penalty: number }
): Int32Array {
  const { classes, count, train, penalty } = options;
  const width = rows[0].length;
  const gram = Array.from({ length: width }, (_, a) => Float64Array.from({ length: width }, (_unused, b) => train.reduce((sum, v) => sum + rows[v][a] * rows[v][b], a === b ? penalty * train.length + 1e-9 : 0))); // prettier-ignore
  const weights = Array.from({ length: count }, (_, c) => {
    const moments = Float64Array.from({ length: width }, (_unused, a) => train.reduce((sum, v) => sum + (classes[v] === c ? rows[v][a] : 0), 0)); // prettier-ignore
    return solvePositive(gram, moments) ?? fail(where, 'the embeddings must be independent: a penalty above 0', penalty); // prettier-ignore
  });
  return Int32Array.from(rows, (row) => {
    const scores = weights.map((of) => of.reduce((sum, value, a) => sum + value * row[a], 0));
    return scores.indexOf(Math.max(...scores));
  });
}
