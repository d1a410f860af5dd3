import { expectNumber } from '../../base/core';

/**
 * Forward process of a diffusion, `dx = -decay(t) x dt + spread(t) dw` (Score-Based Generative Modeling through SDEs, arXiv 2011.13456): time goes from data, 0, to noise, 1, the other way than a flow's.
 */
export interface Sde {
  /** Rate at which points shrink towards 0. */
  decay: (t: number) => number;
  /** Standard deviation of the noise that comes in, for a unit of time. */
  spread: (t: number) => number;
  /** Closed form of what has come of a point x by time t: a Gaussian round `scale x`. */
  marginal: (t: number) => { scale: number; deviation: number };
}

/**
 * The process that keeps the variance of data of variance 1: `decay = b(t) / 2` and `spread^2 = b(t)`, b rising in a line from `low` to `high`.
 *
 * @throws {SwitchyardError} where a rate is below 0, or high below low.
 */
export function variancePreserving({ low = 0.1, high = 20 }: { low?: number; high?: number } = {}): Sde {
  expectNumber('generative.variancePreserving', 'low', low, 0);
  expectNumber('generative.variancePreserving', 'high', high, Math.max(low, Number.MIN_VALUE));
  const rate = (t: number): number => low + (high - low) * t;
  return {
    decay: (t) => rate(t) / 2,
    spread: (t) => Math.sqrt(rate(t)),
    marginal: (t) => {
      const integral = low * t + ((high - low) * t ** 2) / 2;
      return { scale: Math.exp(-integral / 2), deviation: Math.sqrt(-Math.expm1(-integral)) };
    }
  };
}

/**
 * The process that leaves points where they are and adds noise, whose variance at time t is `low^2 ((high / low)^(2 t) - 1)`.
 *
 * @throws {SwitchyardError} where a deviation is not above 0, or high not above low.
 */
export function varianceExploding({ low = 0.01, high = 5 }: { low?: number; high?: number } = {}): Sde {
  expectNumber('generative.varianceExploding', 'low', low, Number.MIN_VALUE);
  expectNumber('generative.varianceExploding', 'high', high, low * (1 + 1e-6));
  const growth = Math.log(high / low);
  return {
    decay: () => 0,
    spread: (t) => low * Math.exp(growth * t) * Math.sqrt(2 * growth),
    marginal: (t) => ({ scale: 1, deviation: low * Math.sqrt(Math.expm1(2 * growth * t)) })
  };
}
