import { expectInteger, fail } from '../../base/core';

/** How evenly a layer's experts are used. */
export interface LoadMetrics {
  /** (max c - mean c) / mean c; 0 is balanced. */
  maxVio: number;
  /** The largest `maxVio` there can be, E/k - 1: every token goes to the same k experts. */
  maxVioBound: number;
  /** Standard deviation (population) of c over its mean. */
  cv: number;
  /** exp of the entropy of c / sum c, over E: the share of experts in use; 1 is balanced. */
  effectiveExperts: number;
  /** Share of experts with c = 0. */
  deadFraction: number;
}

/** Options of `telemetry.loadMetrics`. */
export interface LoadMetricsOptions {
  /** Experts a token is sent to; 1..E. */
  k: number;
}

/**
 * Metrics of how often each expert was chosen, c [E]. All but the bound are NaN where nothing was chosen.
 *
 * MaxVio is eq. 4 of "Auxiliary-Loss-Free Load Balancing" (arXiv:2408.15664); the coefficient of variation takes the
 * population's deviation, not the sample's; effective experts is the exponential of the Shannon entropy over E.
 *
 * @throws {SwitchyardError} where a count is negative or not finite, or k is not 1..E.
 */
export function loadMetrics(counts: ArrayLike<number>, { k }: LoadMetricsOptions): LoadMetrics {
  const numExperts = counts.length;
  expectInteger('telemetry.loadMetrics', 'the number of counts', numExperts, 1);
  expectInteger('telemetry.loadMetrics', 'k', k, 1, numExperts);
  let total = 0;
  let max = 0;
  let dead = 0;
  for (let e = 0; e < numExperts; e++) {
    if (!(counts[e] >= 0 && counts[e] < Infinity)) {
      fail('telemetry.loadMetrics', `counts[${e}] must be a finite number of at least 0`, counts[e]);
    }
    total += counts[e];
    max = Math.max(max, counts[e]);
    dead += counts[e] === 0 ? 1 : 0;
  }
  const maxVioBound = numExperts / k - 1;
  if (total === 0) {
    return { maxVio: NaN, maxVioBound, cv: NaN, effectiveExperts: NaN, deadFraction: NaN };
  }
  const mean = total / numExperts;
  let squares = 0;
  let entropy = 0;
  for (let e = 0; e < numExperts; e++) {
    squares += (counts[e] - mean) ** 2;
    entropy -= counts[e] > 0 ? (counts[e] / total) * Math.log(counts[e] / total) : 0;
  }
  return {
    maxVio: max / mean - 1,
    maxVioBound,
    cv: Math.sqrt(squares / numExperts) / mean,
    effectiveExperts: Math.exp(entropy) / numExperts,
    deadFraction: dead / numExperts
  };
}
