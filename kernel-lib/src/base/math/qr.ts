import { executeMultiple, isNative, type tf } from '../backend';
import { fail } from '../core';

/**
 * Orthonormal columns that span those of a matrix [M, N]: Q of its QR decomposition, [M, min(M, N)]. No gradient.
 *
 * @throws {SwitchyardError} without the native backend, which alone has it.
 */
export function orthonormal(x: tf.Tensor2D): tf.Tensor2D {
  if (!isNative()) {
    fail('orthonormal', 'needs the native backend', 'another');
  }
  const [q, r] = executeMultiple('Qr', { T: 'float32', full_matrices: false }, [x], 2);
  r.dispose();
  return q as tf.Tensor2D;
}
