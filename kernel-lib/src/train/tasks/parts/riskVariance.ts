import { tf } from '../../../base/backend';

/** Mean risk of environments, and a penalty times the variance of their risks (V-REx, arXiv 2003.00688), of the loss of each example, [B]; environments without an example do not count. */
export function riskVariance(each: tf.Tensor1D, environments: ArrayLike<number>, penalty: number): tf.Scalar {
  const count = Math.max(...Array.from(environments)) + 1;
  const sizes = new Array<number>(count).fill(0);
  Array.from(environments).forEach((of) => sizes[of]++);
  const rows = Array.from({ length: count }, (_, of) => of).filter((of) => sizes[of] > 0);
  const shares = rows.map((of) => Array.from(environments, (own) => (own === of ? 1 / sizes[of] : 0)));
  const risks = tf.matMul(tf.tensor2d(shares), each.reshape<tf.Tensor2D>([-1, 1])).reshape([-1]);
  const { mean, variance } = tf.moments(risks);
  return mean.add<tf.Scalar>(variance.mul(penalty));
}
