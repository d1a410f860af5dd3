import { tf } from '../../base/backend';
import { expectShape } from '../../base/core';

/**
 * Lets tokens that lie near each other choose alike (the geometry-aware consistency of GNT-MOVE, arXiv 2308.11793): the mean over
 * pairs of the Jensen-Shannon divergence of their routing, in nats, 0..log 2.
 *
 * @param probs - Of the router; [T, E].
 * @param pairs - Two tokens each; int32 [P, 2].
 */
export function neighbourConsistencyLoss(probs: tf.Tensor2D, pairs: tf.Tensor2D): tf.Scalar {
  expectShape('moe.neighbourConsistencyLoss', pairs, ['P', 2]);
  return tf.tidy(() => {
    const [a, b] = tf.split(pairs, 2, 1).map((column) => {
      const chosen = tf.oneHot(column.flatten().toInt(), probs.shape[0], 1, 0, 'float32');
      return tf.matMul<tf.Tensor2D>(chosen as tf.Tensor2D, probs);
    });
    const middle = a.add(b).div(2);
    return divergence(a, middle).add(divergence(b, middle)).div(2).mean() as tf.Scalar;
  });
}

const TINY = 1e-20;

function divergence(p: tf.Tensor, q: tf.Tensor): tf.Tensor {
  return p.mul(p.add(TINY).log().sub(q.add(TINY).log())).sum(1);
}
