import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { eachPass } from './importance/parts/calibration';

/**
 * Distance of outputs: "kl", mean over rows of `KL(softmax(before) || softmax(after))` in nats; "squared", the mean squared difference; "js", that of
 * Jensen and Shannon, at most log 2; "angle", the mean over rows of 1 less the cosine.
 */
export type OutputDistance = 'kl' | 'js' | 'squared' | 'angle';

export const DISTANCES: readonly OutputDistance[] = ['kl', 'js', 'squared', 'angle'];

/** Outputs of a model for inputs, each of one pass. The caller disposes them. */
export function outputsOf(model: Module, inputs: tf.Tensor | readonly tf.Tensor[]): tf.Tensor[] {
  return eachPass(model, inputs, {}, (y) => tf.keep(y.clone()));
}

/** Mean distance of the outputs of a changed model from those of the whole one. */
export function divergence(
  where: string,
  changed: Module,
  inputs: tf.Tensor | readonly tf.Tensor[],
  { whole, distance }: { whole: readonly tf.Tensor[]; distance: OutputDistance }
): number {
  let pass = 0;
  const each = eachPass(changed, inputs, {}, (y) => between(whole[pass++], y, distance).dataSync()[0]);
  const mean = each.reduce((a, b) => a + b, 0) / each.length;
  return Number.isFinite(mean) ? mean : fail(where, 'outputs must be finite', mean);
}

function between(before: tf.Tensor, after: tf.Tensor, distance: OutputDistance): tf.Tensor {
  if (distance === 'squared') {
    return after.sub(before).square().mean();
  }
  const width = before.shape.at(-1)!;
  const [from, to] = [before, after].map((y) => y.reshape<tf.Tensor2D>([-1, width]));
  if (distance === 'angle') {
    const dot = from.mul(to).sum(1);
    return tf.sub(1, dot.div(from.norm('euclidean', 1).mul(to.norm('euclidean', 1)))).mean();
  }
  const [wanted, given] = [tf.logSoftmax(from), tf.logSoftmax(to)];
  if (distance === 'kl') {
    return klOf(wanted, wanted, given);
  }
  const middle = wanted.exp().add(given.exp()).div(2).log();
  return klOf(wanted, wanted, middle)
    .add(klOf(given, given, middle))
    .div(2);
}

/** Mean over rows of the sum of `exp(weights) (p - q)`, all logarithms; a probability of 0 counts nothing, NaN stays. */
function klOf(weights: tf.Tensor, p: tf.Tensor, q: tf.Tensor): tf.Tensor {
  const share = weights.exp();
  return tf
    .where(share.equal(0), 0, share.mul(p.sub(q)))
    .sum(1)
    .mean();
}
