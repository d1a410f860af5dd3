import { tf } from '../../base/backend';
import { expectInteger, expectNumber } from '../../base/core';
import type { SampleOptions } from './flow';
import type { Sde } from './sde';

/** Gradient of the logarithm of the density of points [T, D] at time t of a diffusion; [T, D]. */
export type Score = (x: tf.Tensor2D, t: number) => tf.Tensor2D;

/** Value of points [T, D] at time t of a diffusion, as far as it can be said through the noise; [T], differentiable. */
export type Guide = (x: tf.Tensor2D, t: number) => tf.Tensor1D;

/** Options of `generative.reverse`. */
export interface ReverseOptions extends SampleOptions {
  /** The process that the score is of. */
  sde: Sde;
  /** Time at which the last step ends; what noise is left then is taken off at once. Default 0.001. */
  until?: number;
}

/**
 * Draws points by the reverse process of a diffusion, `dx = (-decay x - spread^2 score) dt + spread dw` back from noise, by Euler and Maruyama's rule; then the mean of what each point may have been,
 * `(x + deviation^2 score) / scale`; [T, D]. The caller disposes them.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function reverse(score: Score, options: ReverseOptions): tf.Tensor2D {
  const where = 'generative.reverse';
  const { sde, count, width, steps = 100, random, until = 1e-3 } = options;
  expectInteger(where, 'count', count, 1);
  expectInteger(where, 'width', width, 1);
  expectInteger(where, 'steps', steps, 1);
  expectNumber(where, 'until', until, 1e-6, 0.5);
  const length = (1 - until) / steps;
  let x = random.child('start').normal([count, width], 0, sde.marginal(1).deviation) as tf.Tensor2D;
  const go = (next: () => tf.Tensor2D): void => {
    const before = x;
    x = tf.tidy(next);
    before.dispose();
  };
  for (let step = 0; step < steps; step++) {
    const t = 1 - step * length;
    const [decay, spread] = [sde.decay(t), sde.spread(t)];
    go(() => {
      const drift = x.mul(decay).add(score(x, t).mul(spread ** 2));
      const noise = random.child(step).normal([count, width], 0, spread * Math.sqrt(length));
      return x.add(drift.mul(length)).add<tf.Tensor2D>(noise);
    });
  }
  const { scale, deviation } = sde.marginal(until);
  go(() => x.add(score(x, until).mul(deviation ** 2)).div<tf.Tensor2D>(scale));
  return x;
}

/**
 * The score of points whose density is tilted by `exp(strength guide)`: the score, and as often as `strength` the gradient of the guide. Exact where the guide at time t is the logarithm of the mean of
 * `exp(strength value)` over what a point may have been, by its strength.
 */
export function guided(score: Score, guide: Guide, strength: number): Score {
  expectNumber('generative.guided', 'strength', strength);
  return (x, t) =>
    tf.tidy(() => {
      const uphill = tf.grad((y: tf.Tensor) => guide(y as tf.Tensor2D, t).sum())(x);
      return score(x, t).add<tf.Tensor2D>(uphill.mul(strength));
    });
}
