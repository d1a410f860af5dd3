import { tf } from '../../base/backend';
import { fail } from '../../base/core';

/**
 * Maximum mean discrepancy of two samples [T, D] and [U, D], squared and without bias (A Kernel Two-Sample Test, JMLR 13, 2012, eq. 3), so that it can be
 * a little below 0 where they are alike. The kernel is a mean of Gaussians of 1/2, 1 and 2 times the root mean square distance within `b`.
 *
 * @throws {SwitchyardError} where a sample has fewer than two points.
 */
export function mmd(a: tf.Tensor2D, b: tf.Tensor2D): number {
  const [n, m] = [a.shape[0], b.shape[0]];
  if (Math.min(n, m) < 2) {
    fail('generative.mmd', 'a sample must have at least 2 points', Math.min(n, m));
  }
  return tf.tidy(() => {
    const within = distances(b, b);
    const scale = within.sum().div(m * (m - 1));
    const kernel = (squared: tf.Tensor): tf.Tensor =>
      tf.addN([0.25, 1, 4].map((factor) => squared.div(scale.mul(-2 * factor)).exp())).div(3);
    // Without each point's kernel with itself, which is 1.
    const apart = (squared: tf.Tensor, count: number): tf.Tensor => kernel(squared).sum().sub(count).div(count * (count - 1)); // prettier-ignore
    const across = kernel(distances(a, b)).mean();
    return apart(distances(a, a), n).add(apart(within, m)).sub(across.mul(2)).dataSync()[0];
  });
}

// Squared; [T, U].
function distances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const [ofA, ofB] = [a, b].map((x) => x.square().sum(1, true));
  return ofA
    .add(ofB.transpose())
    .sub(tf.matMul(a, b, false, true).mul(2))
    .relu();
}
