import { tf } from '../backend';
import { logSumExp } from './logSumExp';

/**
 * `mean_t -log softmax_s(cos(a_t, b_s) / temperature)` at s = t: each row of `a` is to be told from the others by its row of `b`
 * (arXiv 1807.03748). Rows [T, F], none of them zero.
 */
export function infoNce(a: tf.Tensor2D, b: tf.Tensor2D, temperature: number): tf.Scalar {
  return tf.tidy(() => {
    const unit = (rows: tf.Tensor2D): tf.Tensor2D => rows.div<tf.Tensor2D>(rows.square().sum(1, true).sqrt());
    const likeness = unit(a).matMul<tf.Tensor2D>(unit(b), false, true).div<tf.Tensor2D>(temperature);
    const same = unit(a).mul(unit(b)).sum(1).div(temperature);
    return logSumExp(likeness).sub(same).mean();
  });
}
