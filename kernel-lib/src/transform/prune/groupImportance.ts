import { tf } from '../../base/backend';
import { expectOneOf, fail } from '../../base/core';
import type { Module } from '../../base/core';
import type { PruningGroup } from './groups';
import { magnitude } from './importance';
import type { Importance } from './importance';

/** How the members of a group count. */
export type GroupReduction = 'sum' | 'mean' | 'max';

/**
 * Importance of each position of a group, [size], from scores of single values: over each member those of the position's slice, then over
 * the members. Members without scores count nothing.
 *
 * @throws {SwitchyardError} where no member has scores, or one is not finite.
 */
function scoreGroup(
  model: Module,
  group: PruningGroup,
  scores: ReadonlyMap<string, tf.Tensor>,
  { gather = 'sum', reduce }: { gather?: Importance['gather']; reduce: GroupReduction }
): Float32Array {
  const stored = model.stored();
  const members = group.members.flatMap(({ path, dimension }) => {
    const score = scores.get(path);
    return score === undefined
      ? []
      : [slices(score, stored.get(path)!.axes[dimension].placesOf(group.axis), dimension, group.size)];
  });
  if (members.length === 0) {
    fail('prune.groupImportance', `the criterion must score a parameter of "${group.name}"`, 'none');
  }
  const total = Float32Array.from({ length: group.size }, (_, i) => {
    const own = members.map((member) => (gather === 'magnitude' ? Math.abs(member[i]) : member[i]));
    const sum = own.reduce((a, b) => a + b, 0);
    return reduce === 'max' ? Math.max(...own) : reduce === 'mean' ? sum / own.length : sum;
  });
  if (!total.every(Number.isFinite)) {
    fail(
      'prune.structured',
      `importance of "${group.name}" must be finite`,
      total.find((value) => !Number.isFinite(value))
    );
  }
  return total;
}

/** Sum of scores over the slice of each position. */
function slices(score: tf.Tensor, places: Int32Array, dimension: number, size: number): Float32Array {
  const along = tf.tidy(() => {
    const others = score.shape.map((_, i) => i).filter((i) => i !== dimension);
    return (others.length === 0 ? score : score.sum(others)).dataSync<'float32'>();
  });
  const sums = new Float32Array(size);
  places.forEach((position, place) => {
    if (position >= 0) {
      sums[position] += along[place];
    }
  });
  return sums;
}

export interface GroupImportanceOptions {
  /** Criterion. Default `prune.magnitude()`. */
  importance?: Importance;
  /** How the members of a group count. Default "mean". */
  reduce?: GroupReduction;
}

/**
 * Importance of each position of these groups, [size] each, in their order.
 *
 * @throws {SwitchyardError} where the criterion cannot score a group.
 */
export function groupImportance(
  model: Module,
  of: Iterable<PruningGroup>,
  { importance = magnitude(), reduce = 'mean' }: GroupImportanceOptions = {}
): Float32Array[] {
  expectOneOf('prune.groupImportance', 'reduce', reduce, ['sum', 'mean', 'max']);
  const scores = importance.score(model);
  try {
    return Array.from(of, (group) => scoreGroup(model, group, scores, { gather: importance.gather, reduce }));
  } finally {
    tf.dispose([...scores.values()]);
  }
}
