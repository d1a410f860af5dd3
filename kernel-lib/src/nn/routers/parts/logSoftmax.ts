import type { tf } from '../../../base/backend';
import * as ops from '../../../base/ops';

/** The logarithm of the softmax of each row; [T, E] to [T, E]. */
export function logSoftmax(logits: tf.Tensor2D): tf.Tensor2D {
  return logits.sub(ops.logSumExp(logits).expandDims(1));
}
