import { tf } from '../backend';
import { expectDtype, expectNumber, expectShape, fail } from '../core';

/**
 * A differentiable Kendall's tau (DiffKendall, arXiv 2307.15317): the mean over pairs of `tanh(alpha (a_i - a_j)) tanh(alpha (b_i - b_j))`, -1..1. As alpha grows it becomes the pairs in the same order
 * less those in opposite order, over all pairs.
 *
 * @param a - [n], n at least 2.
 * @param b - [n].
 */
export function diffKendall(a: tf.Tensor1D, b: tf.Tensor1D, { alpha = 1 }: { alpha?: number } = {}): tf.Scalar {
  expectShape('ops.diffKendall', a, ['n']);
  expectShape('ops.diffKendall', b, a.shape);
  expectDtype('ops.diffKendall', 'a', a, 'float32');
  expectDtype('ops.diffKendall', 'b', b, 'float32');
  expectNumber('ops.diffKendall', 'alpha', alpha, Number.MIN_VALUE);
  const n = a.size;
  if (n < 2) {
    fail('ops.diffKendall', 'there must be two values or more', n);
  }
  return tf.tidy(() => {
    const soft = (x: tf.Tensor1D): tf.Tensor =>
      tf
        .sub(x.reshape([n, 1]), x.reshape([1, n]))
        .mul(alpha)
        .tanh();
    return soft(a)
      .mul(soft(b))
      .sum<tf.Scalar>()
      .div<tf.Scalar>(n * (n - 1));
  });
}
