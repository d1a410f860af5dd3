import { fail } from '../core';

/**
 * Kendall's rank correlation tau-b, -1..1: pairs in the same order less those in opposite order, over the geometric mean of the pairs that either list does not tie; NaN where a list is constant or has
 * fewer than two values.
 *
 * @throws {SwitchyardError} where the lists are not of one length.
 */
export function kendall(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) {
    fail('nas.kendall', 'both lists must be of one length', `${a.length} and ${b.length}`);
  }
  let [sum, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [x, y] = [Math.sign(a[i] - a[j]), Math.sign(b[i] - b[j])];
      sum += x * y;
      ofA += x * x;
      ofB += y * y;
    }
  }
  return ofA === 0 || ofB === 0 ? NaN : sum / Math.sqrt(ofA * ofB);
}
