import { tf } from '../backend';
import { expectDtype, expectNumber, expectShape, fail, showShape } from '../core';
import { logSumExp } from './logSumExp';

/**
 * `mean_t -log softmax_s(cos(a_t, b_s) / temperature)` at s = t: each row of `a` is to be told from the others by its row of `b`
 * (arXiv 1807.03748). Rows [T, F], none of them zero.
 */
export function infoNce(a: tf.Tensor2D, b: tf.Tensor2D, temperature: number): tf.Scalar {
  expectShape('ops.infoNce', a, ['T', 'F']);
  expectShape('ops.infoNce', b, a.shape);
  expectDtype('ops.infoNce', 'a', a, 'float32');
  expectDtype('ops.infoNce', 'b', b, 'float32');
  expectNumber('ops.infoNce', 'temperature', temperature, Number.MIN_VALUE);
  if (a.size === 0) {
    fail('ops.infoNce', 'there must be a row of at least one value', showShape(a.shape));
  }
  return tf.tidy(() => {
    const unit = (rows: tf.Tensor2D): tf.Tensor2D => rows.div<tf.Tensor2D>(rows.square().sum(1, true).sqrt());
    const likeness = unit(a).matMul<tf.Tensor2D>(unit(b), false, true).div<tf.Tensor2D>(temperature);
    const same = unit(a).mul(unit(b)).sum(1).div(temperature);
    return logSumExp(likeness).sub(same).mean();
  });
}
