import type { tf } from '../../base/backend';
import { expectShape, fail } from '../../base/core';

/**
 * Mixes tokens without parameters (RankMixer, arXiv 2507.15551): each of T tokens is cut into `heads` pieces, and the h-th pieces of
 * all make the h-th mixed token. [B, T, D] to [B, heads, T D / heads]; {@link revertTokens} undoes it.
 *
 * @throws {SwitchyardError} where `heads` does not divide D.
 */
export function mixTokens(x: tf.Tensor, heads: number): tf.Tensor3D {
  expectShape('models.mixTokens', x, ['B', 'T', 'D']);
  const [, slots, width] = x.shape;
  if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0) {
    fail('models.mixTokens', `heads must divide the width (${width})`, heads);
  }
  return exchange(x, slots, heads);
}

/**
 * Takes mixed tokens apart again and puts each token together (TokenMixer-Large, arXiv 2602.06563): [B, heads, T D / heads] to
 * [B, T, D], the same values to the bit.
 *
 * @param slots - T.
 * @throws {SwitchyardError} where T does not divide the width of a mixed token.
 */
export function revertTokens(x: tf.Tensor, slots: number): tf.Tensor3D {
  expectShape('models.revertTokens', x, ['B', 'heads', 'W']);
  const [, heads, width] = x.shape;
  if (!Number.isInteger(slots) || slots < 1 || width % slots !== 0) {
    fail('models.revertTokens', `slots must divide the width (${width})`, slots);
  }
  return exchange(x, heads, slots);
}

// Rows of pieces to columns of pieces; its own inverse with the two numbers exchanged.
function exchange(x: tf.Tensor, rows: number, columns: number): tf.Tensor3D {
  const piece = x.shape[2]! / columns;
  return x
    .reshape([-1, rows, columns, piece])
    .transpose([0, 2, 1, 3])
    .reshape([-1, columns, rows * piece]);
}
