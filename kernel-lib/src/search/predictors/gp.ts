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
  const known = rows.map(sparse);
  const apart = known.map((row, i) => distances(row, known, i + 1));
  const smooth = apart.map((row) => row.slice());
  const processes = lengths.flatMap((length) => {
    apart.forEach((row, i) => covariances(row, covariance, length, smooth[i]));
    return noises.flatMap((noise) => process(smooth, y, noise, length) ?? []);
  });
  if (processes.length === 0) {
    fail(where, 'the covariance must be positive definite: give more noise', `noise ${noises.join(', ')}`);
  }
  const best = processes.reduce((a, b) => (b.likelihood > a.likelihood ? b : a));
  return onHost((row) => {
    const away = distances(sparse(row), known, known.length);
    const k = covariances(away, covariance, best.length, away);
    const whitened = solveLower(best.lower, k);
    let [expected, explained] = [0, 0];
    for (let i = 0; i < k.length; i++) {
      expected += k[i] * best.weights[i];
      explained += whitened[i] * whitened[i];
    }
    return { mean: mean + std * expected, std: std * Math.sqrt(Math.max(0, covariance(0) - explained)) };
  });
}

/**
 * Null where the covariance is not positive definite.
 *
 * @param smooth - The lower triangle of the covariance; its diagonal is written.
 */
function process(smooth: readonly Float64Array[], y: readonly number[], noise: number, length: number): Process | null {
  smooth.forEach((row, i) => (row[i] = 1 + noise));
  const lower = lowerFactor(smooth);
  if (lower === null) {
    return null;
  }
  const weights = solveUpper(lower, solveLower(lower, y));
  const fit = y.reduce((sum, value, i) => sum + value * weights[i], 0);
  const volume = lower.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
  return { length, lower, weights, likelihood: -0.5 * fit - volume };
}

/** Covariances at distances, written to an array as long. */
function covariances(
  apart: Float64Array,
  covariance: (r: number) => number,
  length: number,
  result: Float64Array
): Float64Array {
  for (let i = 0; i < apart.length; i++) {
    result[i] = covariance(apart[i] / length);
  }
  return result;
}

/** A row with the places of what is not 0: codes of choices and features of graphs are mostly 0. */
interface SparseRow {
  readonly numbers: readonly number[];
  readonly places: readonly number[];
}

function sparse(row: readonly number[]): SparseRow {
  const places: number[] = [];
  for (let i = 0; i < row.length; i++) {
    if (row[i] !== 0) {
      places.push(i);
    }
  }
  return { numbers: row, places };
}

/** Distances of a row to the first of others. */
function distances({ numbers, places }: SparseRow, others: readonly SparseRow[], count: number): Float64Array {
  const result = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const other = others[n];
    let sum = 0;
    for (let i = 0; i < places.length; i++) {
      sum += (numbers[places[i]] - other.numbers[places[i]]) ** 2;
    }
    for (let i = 0; i < other.places.length; i++) {
      const place = other.places[i];
      sum += numbers[place] === 0 ? other.numbers[place] ** 2 : 0;
    }
    result[n] = Math.sqrt(sum / Math.max(1, numbers.length));
  }
  return result;
}

predictors.register('gp', gp);
