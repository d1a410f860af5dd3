import { fail } from '../../base/core';
import { leastSquares } from '../../base/math/leastSquares';

/** Loss at a size: of parameters, of data, of operations. */
export interface PowerLawSample {
  size: number;
  loss: number;
}

/** `loss = factor size^-exponent`. */
export interface PowerLaw {
  exponent: number;
  factor: number;
  /** Standard error of the exponent; NaN of two sizes. */
  standardError: number;
  /** Share of the variance of ln loss that the law explains; 1 where losses are all the same. */
  rSquared: number;
  /** Loss that the law predicts. */
  at(size: number): number;
}

/**
 * Power law of losses by size, fitted by least squares of logarithms (as Kaplan et al., arXiv 2001.08361, without what cannot be reduced).
 *
 * @throws {SwitchyardError} where samples are not of two sizes at least, or not all above 0.
 */
export function powerLaw(samples: readonly PowerLawSample[]): PowerLaw {
  const where = 'graph.probes.powerLaw';
  const wrong = samples.find(({ size, loss }) => !(size > 0 && loss > 0 && Number.isFinite(size) && Number.isFinite(loss))); // prettier-ignore
  if (wrong !== undefined) {
    fail(where, 'samples must have a size and a loss above 0', wrong);
  }
  if (new Set(samples.map(({ size }) => size)).size < 2) {
    fail(where, 'samples must be of two sizes at least', samples.length);
  }
  const rows = samples.map(({ size }) => [1, Math.log(size)]);
  const logs = samples.map(({ loss }) => Math.log(loss));
  const { coefficients, standardErrors, residual } = leastSquares(rows, logs);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const total = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const [exponent, factor] = [-coefficients[1], Math.exp(coefficients[0])];
  return { exponent, factor, standardError: standardErrors[1], rSquared: total === 0 ? 1 : 1 - residual / total, at: (size) => factor * size ** -exponent }; // prettier-ignore
}
