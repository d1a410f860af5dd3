import { expectNumber, fail } from '../../base/core';
import { scaleOf } from '../predictors/predictor';
import type { Prediction } from '../predictors';

/** Shapes of a learning curve, 1 early and 0 at its end, by step and rate; the greatest step is 1. */
const SHAPES: ((x: number, rate: number) => number)[] = [
  (x, rate) => x ** -rate,
  (x, rate) => Math.exp(-rate * x),
  (x, rate) => (1 + x) ** -rate
];
/** Rates that are tried for each shape: from 0.03 to 30, each a tenth more than the one before. */
const RATES = Array.from({ length: 73 }, (_, i) => 0.03 * 1.1 ** i);
/** Fewer points than this do not tell a shape. */
const LEAST = 4;

/**
 * The value of a learning curve at a later step (after Domhan, Springenberg and Hutter, 2015): of power laws and exponentials that end in a level, each with its rate, the level and the height are
 * fitted by least squares, and the curves count by their likelihood. The standard deviation is of a value that would be measured there.
 *
 * @param curve - Pairs of step, above 0, and value: four or more, at different steps.
 * @param at - The step that is asked about.
 * @throws {SwitchyardError} where there are fewer points, or one is not finite.
 */
export function extrapolate(curve: readonly (readonly [step: number, value: number])[], at: number): Prediction {
  const where = 'nas.extrapolate';
  if (new Set(curve.map(([step]) => step)).size < LEAST) {
    fail(where, `curve must have ${LEAST} different steps or more`, curve.length);
  }
  curve.forEach(([step, value], i) => {
    expectNumber(where, `step ${i}`, step, Number.MIN_VALUE);
    expectNumber(where, `value ${i}`, value);
  });
  expectNumber(where, 'at', at, Number.MIN_VALUE);
  const longest = Math.max(...curve.map(([step]) => step));
  const { mean, std } = scaleOf(curve.map(([, value]) => value));
  const points = curve.map(([step, value]): [number, number] => [step / longest, (value - mean) / std]);
  const fits = SHAPES.flatMap((shape) =>
    RATES.flatMap((rate) => fitLevel(points, (x) => shape(x, rate), at / longest))
  );
  const best = Math.min(...fits.map(({ error }) => error));
  const weights = fits.map(({ error }) => (best / error) ** (points.length / 2));
  const whole = weights.reduce((a, b) => a + b, 0);
  const average = (of: (fit: Fit) => number): number =>
    fits.reduce((sum, fit, i) => sum + weights[i] * of(fit), 0) / whole;
  const said = average(({ value }) => value);
  const spread = average(({ value, error }) => (value - said) ** 2 + error / Math.max(1, points.length - 3));
  return { mean: mean + std * said, std: std * Math.sqrt(spread) };
}

interface Fit {
  /** Value of the curve at the step that is asked about. */
  value: number;
  /** Squared residuals, never 0. */
  error: number;
}

/** Level and height of a shape by least squares; none where the shape is as good as level. */
function fitLevel(points: readonly (readonly [number, number])[], shape: (x: number) => number, at: number): Fit[] {
  const heights = points.map(([x]) => shape(x));
  const middle = heights.reduce((a, b) => a + b, 0) / points.length;
  const varies = heights.reduce((sum, h) => sum + (h - middle) ** 2, 0);
  if (!(varies > 1e-12 * middle * middle) || !Number.isFinite(varies)) {
    return [];
  }
  // Values are of mean 0.
  const slope = heights.reduce((sum, h, i) => sum + (h - middle) * points[i][1], 0) / varies;
  const error = points.reduce((sum, [, y], i) => sum + (y - slope * (heights[i] - middle)) ** 2, 0);
  return [{ value: slope * (shape(at) - middle), error: Math.max(error, 1e-9 * points.length) }];
}
