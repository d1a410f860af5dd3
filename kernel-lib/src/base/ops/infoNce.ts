import { tf } from '../backend';
import { expectDtype, expectNumber, expectShape, fail, showShape } from '../core';
import { withoutGradient } from './gradient';
import { logSumExp } from './logSumExp';

/**
 * `mean_t -log softmax_s(cos(a_t, b_s) / temperature)` at s = t: each row of `a` is to be told from the others by its row of `b`
 * (arXiv 1807.03748). Rows [T, F], none of them zero.
 *
 * @param weights - How much each row of b counts against each of a, at least 0, [T, T]; its own pair counts 1, whatever stands there. Default: 1 each.
 */
export function infoNce(a: tf.Tensor2D, b: tf.Tensor2D, temperature: number, weights?: tf.Tensor2D): tf.Scalar {
  expectShape('ops.infoNce', a, ['T', 'F']);
  expectShape('ops.infoNce', b, a.shape);
  expectDtype('ops.infoNce', 'a', a, 'float32');
  expectDtype('ops.infoNce', 'b', b, 'float32');
  expectNumber('ops.infoNce', 'temperature', temperature, Number.MIN_VALUE);
  if (a.size === 0) {
    fail('ops.infoNce', 'there must be a row of at least one value', showShape(a.shape));
  }
  if (weights !== undefined) {
    expectShape('ops.infoNce', weights, [a.shape[0], a.shape[0]]);
    expectDtype('ops.infoNce', 'weights', weights, 'float32');
  }
  return tf.tidy(() => {
    const unit = (rows: tf.Tensor2D): tf.Tensor2D => rows.div<tf.Tensor2D>(rows.square().sum(1, true).sqrt());
    const likeness = unit(a).matMul<tf.Tensor2D>(unit(b), false, true).div<tf.Tensor2D>(temperature);
    const same = unit(a).mul(unit(b)).sum(1).div(temperature);
    return logSumExp(weights === undefined ? likeness : likeness.add(logOf(weights)))
      .sub(same)
      .mean();
  });
}

/** Logarithms of weights, 0 on the diagonal; of 0 what no exponential tells from it, with a gradient that is finite. */
function logOf(weights: tf.Tensor2D): tf.Tensor2D {
  const own = tf.eye(weights.shape[0]);
  const others = tf.sub<tf.Tensor2D>(1, own);
  const logs = weights.maximum(1e-30).log();
  const counts = withoutGradient(() => weights.greater(0));
  return tf.where(counts, logs, tf.fill(weights.shape, -1e9)).mul(others);
}
