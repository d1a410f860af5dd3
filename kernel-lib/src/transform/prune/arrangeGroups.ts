import { keptOfGroup } from './keptOfGroup';
import type { Weights } from './keptOfGroup';

/** Rounds of exchanges at most. */
const ROUNDS = 4;

/**
 * Order of the outputs of matrices in which groups of them keep more: from the order that they have, outputs of two groups are exchanged wherever the groups then
 * keep more together, until no exchange helps.
 */
export function arrangeGroups(
  matrices: readonly Weights[],
  { size, groupSize, sparsity }: { size: number; groupSize: number; sparsity: number }
): Int32Array {
  const order = Int32Array.from({ length: size }, (_, i) => i);
  const keptBy = (group: readonly number[]): number =>
    matrices.reduce((sum, each) => sum + keptOfGroup(each, group, sparsity).size, 0);
  const groupAt = (index: number): number[] => Array.from(order.subarray(index * groupSize, (index + 1) * groupSize));
  const kept = Array.from({ length: size / groupSize }, (_, index) => keptBy(groupAt(index)));
  for (let [round, moved] = [0, true]; moved && round < ROUNDS; round++) {
    moved = false;
    for (let a = 0; a < size; a++) {
      for (let b = (Math.floor(a / groupSize) + 1) * groupSize; b < size; b++) {
        const [first, second] = [Math.floor(a / groupSize), Math.floor(b / groupSize)];
        [order[a], order[b]] = [order[b], order[a]];
        const [ofFirst, ofSecond] = [keptBy(groupAt(first)), keptBy(groupAt(second))];
        if (ofFirst + ofSecond > kept[first] + kept[second] + 1e-9) {
          [kept[first], kept[second], moved] = [ofFirst, ofSecond, true];
        } else {
          [order[a], order[b]] = [order[b], order[a]];
        }
      }
    }
  }
  return order;
}
