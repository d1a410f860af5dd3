import { expectOneOf, fail } from '../../base/core';
import { leastSquares } from '../../base/math/leastSquares';

/** A trained model. */
export interface ScalingSample {
  /** Parameters of the dense model that the experts were added to, N. */
  params: number;
  /** E; 1 is dense. */
  experts: number;
  /** Validation loss. */
  loss: number;
}

/** Options of `moe.analysis.scalingLaw`. */
export interface ScalingLawOptions {
  /** "logBilinear": with the term c log N log E. "separable": without it. Default "logBilinear". */
  fit?: 'logBilinear' | 'separable';
  /** Whether more experts help less and less beyond some number: fits `saturation` as well. Default false. */
  saturate?: boolean;
}

/** Where experts begin and cease to help; both Infinity and 1 where they do not saturate. */
export interface Saturation {
  /** Worth of one expert, at least 1. */
  start: number;
  /** Worth of infinitely many. */
  max: number;
}

/** `ln L = a ln N + b ln E' + c ln N ln E' + d`, E' the experts after saturation. */
export interface ScalingLaw {
  a: number;
  b: number;
  c: number;
  d: number;
  /** Null where it was not fitted: E' = E. */
  saturation: Saturation | null;
  /** Of a, b, c and d, taking the saturation as known. */
  standardErrors: { a: number; b: number; c: number; d: number };
  /** Root of the mean squared residual of ln L. */
  rootMeanSquare: number;
}

/**
 * Fits the joint scaling law of routed language models (Clark et al. 2022, arXiv 2202.01169, eq. 7 and 8) by least squares of
 * ln L. Saturation: `1/E' = 1/(E - 1 + 1/(1/start - 1/max)) + 1/max`.
 *
 * @throws {SwitchyardError} where samples are too few, too alike or not positive.
 */
export function scalingLaw(samples: readonly ScalingSample[], options: ScalingLawOptions = {}): ScalingLaw {
  const { fit = 'logBilinear', saturate = false } = options;
  expectOneOf('moe.analysis.scalingLaw', 'fit', fit, ['logBilinear', 'separable']);
  const needed = (fit === 'logBilinear' ? 4 : 3) + (saturate ? 2 : 0);
  if (samples.length < needed) {
    fail('moe.analysis.scalingLaw', `needs at least ${needed} samples`, samples.length);
  }
  const wrong = samples.find(({ params, experts, loss }) => !(params > 0 && experts >= 1 && loss > 0));
  if (wrong !== undefined) {
    fail('moe.analysis.scalingLaw', 'samples must have params > 0, experts >= 1 and loss > 0', wrong);
  }
  const at = (saturation: Saturation | null): ScalingLaw => fitAt(samples, fit, saturation);
  return saturate ? searchSaturation(samples, at) : at(null);
}

/** Loss that a law predicts. */
export function predictLoss(law: ScalingLaw, { params, experts }: Omit<ScalingSample, 'loss'>): number {
  const [n, e] = [Math.log(params), Math.log(saturated(experts, law.saturation))];
  return Math.exp(law.a * n + law.b * e + law.c * n * e + law.d);
}

/**
 * Parameters of the dense model of the same loss, the Effective Parameter Count (arXiv 2202.01169, eq. 11): the law solved for
 * N at E = 1. So it is N where E is 1.
 */
export function effectiveParams(law: ScalingLaw, { params, experts }: Omit<ScalingSample, 'loss'>): number {
  const [n, e, one] = [Math.log(params), ...[experts, 1].map((count) => Math.log(saturated(count, law.saturation)))];
  return Math.exp(((law.a + law.c * e) * n + law.b * (e - one)) / (law.a + law.c * one));
}

function saturated(experts: number, saturation: Saturation | null): number {
  if (saturation === null) {
    return experts;
  }
  const { start, max } = saturation;
  return 1 / (1 / (experts - 1 + 1 / (1 / start - 1 / max)) + 1 / max);
}

function fitAt(samples: readonly ScalingSample[], fit: string, saturation: Saturation | null): ScalingLaw {
  const rows = samples.map(({ params, experts }) => {
    const [n, e] = [Math.log(params), Math.log(saturated(experts, saturation))];
    return fit === 'logBilinear' ? [1, n, e, n * e] : [1, n, e];
  });
  const { coefficients, standardErrors, residual } = leastSquares(
    rows,
    samples.map(({ loss }) => Math.log(loss))
  );
  const named = ([d, a, b, c = 0]: readonly number[]) => ({ a, b, c, d });
  return {
    ...named(coefficients),
    saturation,
    standardErrors: named(standardErrors),
    rootMeanSquare: Math.sqrt(residual / samples.length)
  };
}

const GRID = 21;
const ZOOMS = 12;

/** Least residual over start and max, by a grid in their logarithms that closes in on the best point. */
function searchSaturation(samples: readonly ScalingSample[], at: (saturation: Saturation) => ScalingLaw): ScalingLaw {
  const most = Math.max(...samples.map(({ experts }) => experts));
  // start - 1 and max - start are above 0: their logarithms are free.
  let low = [-6, Math.log(most)];
  let high = [0, Math.log(most) + 4];
  const place = (u: number, v: number): Saturation => ({ start: 1 + Math.exp(u), max: 1 + Math.exp(u) + Math.exp(v) });
  let best: { law: ScalingLaw; u: number; v: number } | null = null;
  for (let zoom = 0; zoom < ZOOMS; zoom++) {
    for (let i = 0; i < GRID * GRID; i++) {
      const u = low[0] + ((high[0] - low[0]) * (i % GRID)) / (GRID - 1);
      const v = low[1] + ((high[1] - low[1]) * Math.floor(i / GRID)) / (GRID - 1);
      const law = at(place(u, v));
      if (best === null || law.rootMeanSquare < best.law.rootMeanSquare) {
        best = { law, u, v };
      }
    }
    const { u, v } = best as { u: number; v: number };
    const reach = [0, 1].map((axis) => (high[axis] - low[axis]) * 0.25);
    low = [u - reach[0], v - reach[1]];
    high = [u + reach[0], v + reach[1]];
  }
  return (best as { law: ScalingLaw }).law;
}
