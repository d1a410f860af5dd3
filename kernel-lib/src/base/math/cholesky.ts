import { executeSingle, isNative, type tf } from '../backend';
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

function linear(where: string, f: () => tf.Tensor2D): tf.Tensor2D {
  if (!isNative()) {
    fail(where, 'needs the native backend', 'another');
  }
  try {
    return f();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail(where, 'a matrix must be positive definite', message.slice(0, 100));
  }
}
