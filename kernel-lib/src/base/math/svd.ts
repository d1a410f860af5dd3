import { executeMultiple, isNative, type tf } from '../backend';
import { fail } from '../core';

/** `u diag(s) v^T`: u [M, P], s [P] largest first, v [N, P], with P the smaller of M and N. */
export interface Svd {
  u: tf.Tensor2D;
  s: tf.Tensor1D;
  v: tf.Tensor2D;
}

/**
 * Singular value decomposition of a matrix [M, N]. No gradient.
 *
 * @throws {SwitchyardError} without the native backend, which alone has it.
 */
export function svd(x: tf.Tensor2D): Svd {
  if (!isNative()) {
    fail('svd', 'needs the native backend', 'another');
  }
  const attributes = { T: 'float32', compute_uv: true, full_matrices: false };
  const [s, u, v] = executeMultiple('Svd', attributes, [x], 3);
  return { u: u as tf.Tensor2D, s: s as tf.Tensor1D, v: v as tf.Tensor2D };
}

/** `|x|_F^2 / |x|_2^2`: how many directions a matrix works in, from 1 to its rank. */
export function stableRank(x: tf.Tensor2D): number {
  const squares = svd(x).s.square();
  return squares.sum().div(squares.max()).dataSync()[0];
}
