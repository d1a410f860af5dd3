import { tf } from '../../base/backend';
import type { GaussianComponent } from './flow';
import { checkComponents } from './flow';
import type { Score } from './reverse';
import type { Sde } from './sde';

/**
 * The score of a mixture of Gaussians at each time of a diffusion, in closed form: component k is at time t a Gaussian of mean `scale m` and variance `v = deviation^2 + (scale s)^2`, whose score is
 * `(scale m - x) / v`; the mixture's is their mean by posterior. A component may be a single point, of deviation 0.
 *
 * @throws {SwitchyardError} where weights do not sum to 1, or a component is not a Gaussian of the others' width.
 */
export function gaussianScore(components: readonly GaussianComponent[], sde: Sde): Score {
  checkComponents('generative.gaussianScore', components, 0);
  // [K, D], [1, K] both.
  const means = components.map(({ mean }) => [...mean]);
  return (x, t) =>
    tf.tidy(() => {
      const { scale, deviation } = sde.marginal(t);
      const variances = components.map((each) => deviation ** 2 + (scale * each.deviation) ** 2);
      const m = tf.tensor2d(means).mul<tf.Tensor2D>(scale);
      const ends = m.square().sum(1).expandDims(0);
      const squared = x
        .square()
        .sum(1, true)
        .sub(tf.matMul(x, m, false, true).mul(2))
        .add(ends);
      const rates = tf.tensor2d([variances.map((variance) => 1 / variance)]);
      const offsets = components.map(
        ({ weight, mean }, k) => Math.log(weight) - 0.5 * mean.length * Math.log(variances[k])
      );
      const logits = squared
        .mul(rates)
        .mul(-0.5)
        .add(tf.tensor2d([offsets]));
      const weights = tf.softmax(logits as tf.Tensor2D).mul<tf.Tensor2D>(rates);
      return tf.matMul(weights, m).sub<tf.Tensor2D>(x.mul(weights.sum(1, true)));
    });
}
