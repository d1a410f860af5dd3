import { expectNumber } from '../../base/core';
import { lowerFactor, solveLower, solveUpper } from '../../base/math/lowerFactor';
import { checkRows, onHost, predictors } from './predictor';
import type { Fitted, Predictor } from './predictor';

/** Options of `nas.predictors.ridge`. */
export interface RidgeOptions {
  /** Added to the diagonal. Default 0.01. */
  ridge?: number;
}

/**
 * Ridge regression on a row and the squares of its numbers, with a constant. Its standard deviation is that of Bayesian linear regression with
 * this prior: of the residuals, widened by how far the row is from those fitted on.
 */
export function ridge({ ridge: strength = 0.01 }: RidgeOptions = {}): Predictor {
  const where = 'nas.predictors.ridge';
  expectNumber(where, 'ridge', strength, 1e-9);
  return {
    kind: 'ridge',
    options: { ridge: strength },
    fit(rows, values) {
      checkRows(where, rows, values);
      return regress(rows.map(features), values, strength);
    }
  };
}

function features(row: readonly number[]): number[] {
  return [1, ...row, ...row.map((value) => value * value)];
}

function regress(rows: readonly number[][], values: readonly number[], strength: number): Fitted {
  const gram = rows[0].map((_, i) =>
    rows[0].map((__, j) => rows.reduce((sum, row) => sum + row[i] * row[j], i === j ? strength : 0))
  );
  const moments = gram.map((_, i) => rows.reduce((sum, row, n) => sum + row[i] * values[n], 0));
  // Positive definite: the diagonal was raised.
  const lower = lowerFactor(gram)!;
  const weights = solveUpper(lower, solveLower(lower, moments));
  const dot = (x: readonly number[]): number => x.reduce((sum, value, i) => sum + value * weights[i], 0);
  const noise = rows.reduce((sum, row, n) => sum + (values[n] - dot(row)) ** 2, 0) / rows.length;
  return onHost((row) => {
    const x = features(row);
    const away = solveLower(lower, x).reduce((sum, value) => sum + value * value, 0);
    return { mean: dot(x), std: Math.sqrt(noise * (1 + away)) };
  });
}

predictors.register('ridge', ridge);
