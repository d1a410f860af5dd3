import { tf } from '../../base/backend';
import { expectOneOf, fail } from '../../base/core';
import type { Module } from '../../base/core';
import type { PruningGroup } from './groups';
import { magnitude } from './importance';
import type { Importance, ValueImportance } from './importance';

/** How the members of a group count. */
export type GroupReduction = 'sum' | 'mean' | 'max';

/**
 * Importance of each stored position of a group from scores of single values: over each member those of the position's slice, then over the
 * members. Members without scores count nothing.
 *
 * @throws {SwitchyardError} where no member has scores.
 */
function scoreGroup(
  model: Module,
  group: PruningGroup,
  scores: ReadonlyMap<string, tf.Tensor>,
  { gather = 'sum', reduce }: { gather?: ValueImportance['gather']; reduce: GroupReduction }
): Float32Array {
  const stored = model.stored();
  const size = group.axis.storedSize;
  const members = group.members.flatMap(({ path, dimension }) => {
    const score = scores.get(path);
    return score === undefined
      ? []
      : [slices(score, stored.get(path)!.axes[dimension].placesOf(group.axis), dimension, size)];
  });
  if (members.length === 0) {
    fail('prune.groupImportance', `the criterion must score a parameter of "${group.name}"`, 'none');
  }
  return Float32Array.from({ length: size }, (_, i) => {
    const own = members.map((member) => (gather === 'magnitude' ? Math.abs(member[i]) : member[i]));
    const sum = own.reduce((a, b) => a + b, 0);
    return reduce === 'max' ? Math.max(...own) : reduce === 'mean' ? sum / own.length : sum;
  });
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

/** Options of `prune.groupImportance`. */
export interface GroupImportanceOptions {
  /** Criterion. Default `prune.magnitude()`. */
  importance?: Importance;
  /** How the members of a group count. Default "mean". */
  reduce?: GroupReduction;
}

/**
 * Importance of each position of these groups that is read, [size] each, in their order.
 *
 * @throws {SwitchyardError} where the criterion cannot score a group, or a score is not finite.
 */
export function groupImportance(
  model: Module,
  of: Iterable<PruningGroup>,
  { importance = magnitude(), reduce = 'mean' }: GroupImportanceOptions = {}
): Float32Array[] {
  const where = 'prune.groupImportance';
  expectOneOf(where, 'reduce', reduce, ['sum', 'mean', 'max']);
  const groups = [...of];
  const all =
    'scoreGroups' in importance ? importance.scoreGroups(model, groups) : fromValues(model, groups, importance, reduce);
  return groups.map(({ name, axis }, i) => {
    const read = axis.selection === null ? all[i] : Float32Array.from(axis.selection, (position) => all[i][position]);
    const wrong = read.find((value) => !Number.isFinite(value));
    return wrong === undefined ? read : fail(where, `importance of "${name}" must be finite`, wrong);
  });
}

function fromValues(
  model: Module,
  groups: readonly PruningGroup[],
  importance: ValueImportance,
  reduce: GroupReduction
): Float32Array[] {
  const { ofGroups, gather } = importance;
  const scores = (ofGroups ?? importance).score(model);
  try {
    const sums = groups.map((group) => scoreGroup(model, group, scores, { gather, reduce }));
    return ofGroups === undefined ? sums : sums.map((each) => ofGroups.normalize(each));
  } finally {
    tf.dispose([...scores.values()]);
  }
}
