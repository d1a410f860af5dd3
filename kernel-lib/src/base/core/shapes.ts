/**
 * @file Letters for shapes, used in every comment and docstring of the library:
 *
 * - `B` batch, `N` positions in a sequence, `T` tokens (often B * N)
 * - `D` model width, `H` hidden width, `V` vocabulary
 * - `E` experts, `K` chosen experts of a token, `C` capacity of an expert
 * - `R` rows after dispatch (assignments kept, at most T * K), `L` layers
 */

import type { tf } from '../backend';
import { fail } from './errors';

/** Reads a shape for people: `[2, 3]`. */
export function showShape(shape: readonly (number | null | string)[]): string {
  return `[${shape.join(', ')}]`;
}

/** Throws unless a tensor has at least `rank` dimensions. */
export function expectRank(where: string, x: tf.Tensor, rank: number): void {
  if (x.rank < rank) {
    fail(where, `expects a tensor of rank ${rank} or more`, x.rank);
  }
}

/**
 * Checks a tensor's shape against a pattern; a number must match, a letter matches anything.
 *
 * @throws {SwitchyardError} naming `where`, the pattern and the shape that came.
 */
export function expectShape(where: string, x: tf.Tensor, pattern: readonly (number | string)[]): void {
  const matches =
    x.shape.length === pattern.length &&
    pattern.every((want, axis) => typeof want === 'string' || want === x.shape[axis]);
  if (!matches) {
    fail(where, `expects shape ${showShape(pattern)}`, showShape(x.shape));
  }
}
