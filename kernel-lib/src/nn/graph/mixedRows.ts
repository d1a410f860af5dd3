import { tf } from '../../base/backend';

/** Sum of several kinds of rows, [N, P] each, by the share that each node has of each kind, [N, kinds]. Call it within a tidy. */
export function mixedRows(kinds: readonly tf.Tensor[], shares: tf.Tensor2D): tf.Tensor2D {
  const weights = tf.split(shares, kinds.length, 1);
  return tf.addN(kinds.map((rows, i) => rows.mul(weights[i]))) as tf.Tensor2D;
}
