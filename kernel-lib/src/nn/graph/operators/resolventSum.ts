import { tf } from '../../../base/backend';
import { expectShape, fail } from '../../../base/core';
import { matrixInverse } from '../../../base/ops/matrixInverse';

/** Poles of a function of a matrix and what they weigh, real parts and imaginary ones, [P] each. */
export interface Poles {
  /** Where poles are: `z = real + i imaginary`; imaginary parts are not 0. */
  real: tf.Tensor1D;
  imaginary: tf.Tensor1D;
  /** Weights, `w = weight + i turned`. */
  weight: tf.Tensor1D;
  turned: tf.Tensor1D;
}

/**
 * Function of symmetric matrices by its poles (matrix function networks, arXiv 2310.10434): `Re sum over p of w_p (z_p - H)^-1`, of [B, N, N]. In real numbers, `Re w (z - H)^-1 = (a (x - H) + b y) ((x - H)^2 + y^2)^-1` with
 * z = x + i y, w = a + i b, whose inverse is of a positive definite matrix wherever poles are. Gradients reach matrices, poles and weights.
 *
 * @throws {SwitchyardError} where matrices are not square, or poles and weights are not as many.
 */
export function resolventSum(matrices: tf.Tensor3D, poles: Poles): tf.Tensor3D {
  const where = 'graph.resolventSum';
  const [count, size] = matrices.shape;
  expectShape(where, matrices, ['B', size, size]);
  const { real, imaginary, weight, turned } = poles;
  [real, imaginary, weight, turned].forEach((values) => expectShape(where, values, [real.size]));
  if (real.size === 0) {
    fail(where, 'there must be a pole', 0);
  }
  return tf.tidy(() => {
    const each = (values: tf.Tensor1D, pole: number): tf.Tensor => values.slice([pole], [1]).reshape([1, 1, 1]);
    const identity = tf.eye(size).expandDims(0).tile([count, 1, 1]);
    const parts = Array.from({ length: real.size }, (_, pole) => {
      const [x, y, a, b] = [real, imaginary, weight, turned].map((values) => each(values, pole));
      const shifted = identity.mul(x).sub(matrices);
      const positive = matrixInverse(tf.matMul(shifted, shifted).add(identity.mul(y.square())));
      return tf.matMul(shifted.mul(a).add(identity.mul(b.mul(y))), positive);
    });
    return parts.reduce((sum, part) => sum.add(part)) as tf.Tensor3D;
  });
}
