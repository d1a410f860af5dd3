import { expectInteger, expectNumber, fail } from '../../base/core';
import { bootstrap } from '../../base/math/bootstrap';
import type { BootstrapOptions, Estimate } from '../../base/math/bootstrap';
import { equilibrium, softmax } from './equilibrium';
import type { TokenType } from './equilibrium';

/** Options of `moe.analysis.congestion`. */
export interface CongestionOptions extends BootstrapOptions {
  /** Kinds of tokens and what experts are worth to them. One type: `[{ weight: 1, quality }]`. */
  types: readonly TokenType[];
  /** Largest gamma that is tried. Default 1000. */
  maxGamma?: number;
}

/** Estimate of a congestion coefficient, with its interval. */
export interface Congestion {
  /** The congestion coefficient of largest likelihood, with its interval. */
  gammaEff: Estimate;
  /** Load at the equilibrium of that gamma; [E]. */
  load: Float64Array;
  /** Sum over experts of |observed - fitted share|. */
  l1: number;
  /** The rival: softmax(q / temperature) of the mean quality, fitted likewise. */
  softmax: { temperature: number; load: Float64Array; l1: number };
}

const GRID = 120;

/**
 * How strongly routing avoids crowded experts, as one number: the gamma whose equilibrium ({@link equilibrium}) makes the
 * observed load most likely ("Three Phases of Expert Routing", arXiv 2604.04230). Near balance a single type is the same as
 * softmax at temperature `1 + gamma / E`, so gamma says what that temperature means rather than predicting better.
 * Intervals come from resampling units, which are independent: sequences or batches.
 *
 * @param counts - Times that the tokens of unit u chose expert i; [U * E].
 * @throws {SwitchyardError} where lengths do not fit or nothing was chosen.
 */
export function congestion(counts: ArrayLike<number>, options: CongestionOptions): Congestion {
  const { types, maxGamma = 1000 } = options;
  const numExperts = types[0]?.quality.length ?? 0;
  expectInteger('moe.analysis.congestion', 'the number of experts', numExperts, 2);
  expectNumber('moe.analysis.congestion', 'maxGamma', maxGamma, 1);
  if (counts.length === 0 || counts.length % numExperts !== 0) {
    fail('moe.analysis.congestion', `counts must have U * E entries, E = ${numExperts}`, counts.length);
  }
  const units = counts.length / numExperts;
  const gammas = Array.from({ length: GRID }, (_, i) => Math.expm1((Math.log1p(maxGamma) * i) / (GRID - 1)));
  let near: Float64Array | undefined;
  const logs = gammas.map((gamma) => (near = equilibrium(types, gamma, near)).map(Math.log));
  const share = (chosen: Int32Array): Float64Array => shareOf(counts, chosen, numExperts);
  const best = (chosen: Int32Array): number => {
    const observed = share(chosen);
    return bestOnGrid(
      gammas,
      logs.map((log) => log.reduce((sum, x, e) => sum + observed[e] * x, 0))
    );
  };
  const gammaEff = bootstrap(units, best, options);
  const observed = share(Int32Array.from({ length: units }, (_, u) => u));
  const load = equilibrium(types, gammaEff.value);
  return { gammaEff, load, l1: l1(observed, load), softmax: fitSoftmax(observed, types) };
}

/** Experts' shares of the choices of these units; [E]. */
function shareOf(counts: ArrayLike<number>, units: Int32Array, numExperts: number): Float64Array {
  const sums = new Float64Array(numExperts);
  for (const unit of units) {
    for (let e = 0; e < numExperts; e++) {
      sums[e] += counts[unit * numExperts + e];
    }
  }
  const total = sums.reduce((a, b) => a + b, 0);
  if (!(total > 0)) {
    fail('moe.analysis.congestion', 'counts must have choices', total);
  }
  return sums.map((n) => n / total);
}

/** Gamma of the largest value; between grid points, of the parabola through it and its neighbours. */
function bestOnGrid(gammas: readonly number[], values: readonly number[]): number {
  const top = values.indexOf(Math.max(...values));
  if (top === 0 || top === values.length - 1) {
    return gammas[top];
  }
  const [before, at, after] = values.slice(top - 1, top + 2);
  const shift = (before - after) / (2 * (before - 2 * at + after));
  const step = Math.log1p(gammas[1]);
  return Math.expm1(Math.log1p(gammas[top]) + step * (Number.isFinite(shift) ? shift : 0));
}

/**
 * The temperature of largest likelihood, where the mean quality under softmax(q / temperature) is the observed one: it rises
 * with 1 / temperature, so bisection finds it.
 */
function fitSoftmax(observed: Float64Array, types: readonly TokenType[]): Congestion['softmax'] {
  const quality = observed.map((_, e) => types.reduce((sum, { weight, quality: q }) => sum + weight * q[e], 0));
  const mean = (load: Float64Array): number => load.reduce((sum, p, e) => sum + p * quality[e], 0);
  const at = (inverse: number): Float64Array => softmax(quality.map((q) => q * inverse));
  const wanted = mean(observed);
  let [low, high] = [0, 1];
  while (mean(at(high)) < wanted && high < 1e6) {
    high *= 2;
  }
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    [low, high] = mean(at(middle)) < wanted ? [middle, high] : [low, middle];
  }
  const load = at(high);
  return { temperature: 1 / high, load, l1: l1(observed, load) };
}

function l1(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, e) => sum + Math.abs(x - b[e]), 0);
}
