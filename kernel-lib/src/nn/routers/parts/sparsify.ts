import { tf } from '../../../base/backend';
import * as ops from '../../../base/ops';

/** Choices of tokens: indices int32 [T, K], -1 where unused, and weights [T, K], 0 there. */
export interface Choices {
  indices: tf.Tensor2D;
  weights: tf.Tensor2D;
}

/**
 * The `k` largest weights of each token as choices, best first. A weight of 0 is no choice.
 *
 * @param weights - None below 0; differentiable; [T, E].
 */
export function sparsify(weights: tf.Tensor2D, k: number): Choices {
  const { values, indices } = ops.topK(weights, k);
  return markUnused({ indices, weights: values });
}

/** The same choices with index -1 where the weight is 0. */
export function markUnused({ indices, weights }: Choices): Choices {
  const marked = ops.withoutGradient(() => tf.where(weights.greater(0), indices, tf.onesLike(indices).neg()));
  return { indices: marked as tf.Tensor2D, weights };
}
