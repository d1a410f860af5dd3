import { expectNumber, expectOneOf, fail } from '../../base/core';
import { lowerFactor, solveLower, solveUpper } from '../../base/math/lowerFactor';
import { checkRows, onHost, predictors, scaleOf } from './predictor';
import type { Fitted, Predictor } from './predictor';

const KERNELS = {
  /** Matérn, 5/2. */
  matern52: (r: number) => (1 + Math.sqrt(5) * r + (5 / 3) * r * r) * Math.exp(-Math.sqrt(5) * r),
  /** Squared exponential. */
  rbf: (r: number) => Math.exp(-0.5 * r * r)
};
const LENGTHS = [0.1, 0.2, 0.35, 0.6, 1, 1.7, 3];
const NOISES = [1e-4, 1e-2, 1e-1];

/** Options of `nas.predictors.gp`. */
export interface GaussianProcessOptions {
  /** Covariance as a function of distance. Default "matern52". */
  kernel?: keyof typeof KERNELS;
  /** Distance over which values are alike, in that of rows divided by the root of how many numbers they have. Default: the likeliest of several. */
  length?: number;
  /** Variance of the noise, where that of the values is 1. Default: the likeliest of several. */
  noise?: number;
}

/**
 * Gaussian process regression (Rasmussen and Williams 2006, algorithm 2.1) on standardised values, with a covariance of one length; length and
 * noise that are not given are those of the greatest marginal likelihood. Its standard deviation is of the function, noise apart.
 */
export function gp(options: GaussianProcessOptions = {}): Predictor {
  const where = 'nas.predictors.gp';
  const { kernel = 'matern52', length, noise } = options;
  expectOneOf(where, 'kernel', kernel, Object.keys(KERNELS) as (keyof typeof KERNELS)[]);
  if (length !== undefined) {
    expectNumber(where, 'length', length, 1e-6);
  }
  if (noise !== undefined) {
    expectNumber(where, 'noise', noise, 1e-9);
  }
  return {
    kind: 'gp',
    options: { kernel, ...(length !== undefined && { length }), ...(noise !== undefined && { noise }) },
    fit(rows, values) {
      checkRows(where, rows, values);
      return fitProcess(where, rows, values, {
        covariance: KERNELS[kernel],
        lengths: length === undefined ? LENGTHS : [length],
        noises: noise === undefined ? NOISES : [noise]
      });
    }
  };
}

interface Choices {
  covariance: (r: number) => number;
  lengths: readonly number[];
  noises: readonly number[];
}

interface Process {
  length: number;
  lower: Float64Array[];
  /** The inverse covariance times the values. */
  weights: Float64Array;
  likelihood: number;
}

function fitProcess(
  where: string,
  rows: readonly (readonly number[])[],
  values: readonly number[],
  { covariance, lengths, noises }: Choices
): Fitted {
  const { mean, std } = scaleOf(values);
  const y = values.map((value) => (value - mean) / std);
  const distances = rows.map((a) => rows.map((b) => distance(a, b)));
  const processes = lengths.flatMap((length) => {
    const smooth = distances.map((row) => row.map((r) => covariance(r / length)));
    return noises.flatMap((noise) => process(smooth, y, noise, length) ?? []);
  });
  if (processes.length === 0) {
    fail(where, 'the covariance must be positive definite: give more noise', `noise ${noises.join(', ')}`);
  }
  const best = processes.reduce((a, b) => (b.likelihood > a.likelihood ? b : a));
  return onHost((row) => {
    const k = rows.map((each) => covariance(distance(each, row) / best.length));
    const known = solveLower(best.lower, k).reduce((sum, value) => sum + value * value, 0);
    return {
      mean: mean + std * k.reduce((sum, value, i) => sum + value * best.weights[i], 0),
      std: std * Math.sqrt(Math.max(0, covariance(0) - known))
    };
  });
}

/** Null where the covariance is not positive definite. */
function process(smooth: readonly number[][], y: readonly number[], noise: number, length: number): Process | null {
  const lower = lowerFactor(smooth.map((row, i) => row.map((value, j) => (i === j ? value + noise : value))));
  if (lower === null) {
    return null;
  }
  const weights = solveUpper(lower, solveLower(lower, y));
  const fit = y.reduce((sum, value, i) => sum + value * weights[i], 0);
  const volume = lower.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
  return { length, lower, weights, likelihood: -0.5 * fit - volume };
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / Math.max(1, a.length));
}

predictors.register('gp', gp);
