import { executeSingle, isNative, tf } from '../backend';
import { fail } from '../core';

/**
 * Lower triangle L with `L L^T = a` of a symmetric positive definite matrix [N, N]. No gradient.
 *
 * @param where - Who asks, for errors.
 * @throws {SwitchyardError} where the matrix is not positive definite, and without the native backend, which alone has it.
 */
export function cholesky(where: string, a: tf.Tensor2D): tf.Tensor2D {
  return linear(where, () => executeSingle('Cholesky', { T: 'float32' }, [a]) as tf.Tensor2D);
}

/**
 * Inverse of a symmetric positive definite matrix [N, N]. No gradient.
 *
 * @param where - Who asks, for errors.
 * @throws {SwitchyardError} where it has none, and without the native backend, which alone has it.
 */
export function invertPositive(where: string, a: tf.Tensor2D): tf.Tensor2D {
  return linear(where, () => executeSingle('MatrixInverse', { T: 'float32', adjoint: false }, [a]) as tf.Tensor2D);
}

/**
 * Inverse of an upper triangle [N, N]. No gradient.
 *
 * @param where - Who asks, for errors.
 * @throws {SwitchyardError} where it has none, and without the native backend, which alone has it.
 */
export function invertUpper(where: string, a: tf.Tensor2D): tf.Tensor2D {
  const attributes = { T: 'float32', lower: false, adjoint: false };
  return linear(where, () => executeSingle('MatrixTriangularSolve', attributes, [a, tf.eye(a.shape[0])]) as tf.Tensor2D); // prettier-ignore
}

const RULE = 'a matrix must be positive definite';

function linear(where: string, f: () => tf.Tensor2D): tf.Tensor2D {
  if (!isNative()) {
    fail(where, 'needs the native backend', 'another');
  }
  let found;
  try {
    found = f();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail(where, RULE, message.slice(0, 100));
  }
  // TensorFlow gives NaN where a matrix is a little less than positive definite, and says nothing.
  const size = tf.tidy(() => found.abs().sum().dataSync()[0]);
  return Number.isFinite(size) ? found : fail(where, RULE, size);
}
