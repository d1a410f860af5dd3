import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail } from '../../base/core';
import type { Random } from '../../base/core';

/**
 * Velocity of points [T, D] at time t, 0..1, on the straight way `x_t = (1 - t) noise + t data` (rectified flow, arXiv 2209.03003): the
 * mean of `data - noise` where `x_t = x`; [T, D].
 */
export type Velocity = (x: tf.Tensor2D, t: number) => tf.Tensor2D;

/** Probability that points at time t began in each partition; [T, K]. */
export type Posterior = (x: tf.Tensor2D, t: number) => tf.Tensor2D;

/** Options of `generative.sample`. */
export interface SampleOptions {
  /** Points, T. */
  count: number;
  /** D. */
  width: number;
  /** Steps of Euler's rule. Default 50. */
  steps?: number;
  random: Random;
}

/** Draws points by following a velocity from noise to data; [T, D]. The caller disposes them. */
export function sample(velocity: Velocity, { count, width, steps = 50, random }: SampleOptions): tf.Tensor2D {
  expectInteger('generative.sample', 'count', count, 1);
  expectInteger('generative.sample', 'steps', steps, 1);
  let x = random.normal([count, width]) as tf.Tensor2D;
  for (let step = 0; step < steps; step++) {
    const next = tf.tidy(() => x.add<tf.Tensor2D>(velocity(x, step / steps).mul(1 / steps)));
    x.dispose();
    x = next;
  }
  return x;
}

/** One round Gaussian of a mixture. */
export interface GaussianComponent {
  /** Share of the data, above 0; they sum to 1. */
  weight: number;
  /** [D]. */
  mean: readonly number[];
  /** Standard deviation in every direction. */
  deviation: number;
}

/** The exact flow of a mixture of Gaussians. */
export interface GaussianFlow {
  velocity: Velocity;
  /** Of the components. */
  posterior: Posterior;
}

/**
 * The flow of a mixture of Gaussians in closed form. At time t component k is a Gaussian of mean `t m` and variance
 * `v = (1 - t)^2 + (t s)^2`, in which the velocity is `m + (t s^2 - (1 - t)) / v (x - t m)`; the mixture's is their mean by
 * posterior.
 *
 * @throws {SwitchyardError} where weights do not sum to 1, or a component is not a Gaussian of the others' width.
 */
export function gaussianFlow(components: readonly GaussianComponent[]): GaussianFlow {
  checkComponents('generative.gaussianFlow', components, 1e-6);
  const posterior: Posterior = (x, t) =>
    tf.tidy(() => {
      const logits = components.map(({ weight, mean, deviation }) => {
        const variance = (1 - t) ** 2 + (t * deviation) ** 2;
        const distance = x
          .sub(tf.tensor1d([...mean]).mul(t))
          .square()
          .sum(1, true);
        return distance.mul(-0.5 / variance).add(Math.log(weight) - 0.5 * mean.length * Math.log(variance));
      });
      return tf.softmax(tf.concat(logits, 1)) as tf.Tensor2D;
    });
  const velocity: Velocity = (x, t) =>
    tf.tidy(() => {
      const parts = components.map(({ mean, deviation }) => {
        const variance = (1 - t) ** 2 + (t * deviation) ** 2;
        const m = tf.tensor1d([...mean]);
        return x
          .sub(m.mul(t))
          .mul<tf.Tensor2D>((t * deviation ** 2 - (1 - t)) / variance)
          .add<tf.Tensor2D>(m);
      });
      return weighted(parts, posterior(x, t));
    });
  return { velocity, posterior };
}

/** Sum of [T, D] tensors, each by its column of weights [T, K]. */
export function weighted(parts: readonly tf.Tensor2D[], weights: tf.Tensor2D): tf.Tensor2D {
  const columns = tf.split(weights, parts.length, 1);
  return tf.addN(parts.map((part, k) => part.mul<tf.Tensor2D>(columns[k])));
}

/** @throws {SwitchyardError} where weights do not sum to 1, a deviation is below the least, or a component is not of the others' width. */
export function checkComponents(where: string, components: readonly GaussianComponent[], least: number): void {
  const total = components.reduce((sum, { weight }) => sum + weight, 0);
  if (components.length === 0 || Math.abs(total - 1) > 1e-6) {
    fail(where, 'weights must sum to 1', total);
  }
  components.forEach(({ mean, deviation }) => {
    expectNumber(where, 'deviation', deviation, least);
    expectInteger(where, 'the width of a mean', mean.length, components[0].mean.length, components[0].mean.length);
  });
}
