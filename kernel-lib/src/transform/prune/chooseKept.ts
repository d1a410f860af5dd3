import { fail } from '../../base/core';
import { floor } from '../../base/math';
import type { PruningGroup } from './groups';

/** Over which groups positions are ranked together: each alone, all, or all of one kind (arXiv 2407.04616). */
export type RankingScope = 'local' | 'global' | 'isomorphic';

export interface RankedGroup {
  group: PruningGroup;
  /** [size]. */
  importance: Float32Array;
  /** Share of its positions that is to go. */
  ratio: number;
  /** Positions that must be left. */
  minimum: number;
}

export interface ChoiceOptions {
  scope: RankingScope;
  /** Share of one group's positions that may go at most. */
  maxRatio: number;
  /** Positions that are left are a multiple of it, where the group has as many. */
  multipleOf: number;
}

/**
 * Positions that are left of each group, ascending. Ranked together, importance is divided by the mean of its group first, so that groups
 * of other sizes compare; of equal positions the later ones go.
 *
 * @throws {SwitchyardError} where a group could not keep its minimum.
 */
export function chooseKept(ranked: readonly RankedGroup[], options: ChoiceOptions): number[][] {
  const pools = new Map<string, RankedGroup[]>();
  for (const each of ranked) {
    const key = options.scope === 'local' ? each.group.name : options.scope === 'global' ? '' : each.group.kind;
    pools.set(key, [...(pools.get(key) ?? []), each]);
  }
  const left = new Map<RankedGroup, number>([...pools.values()].flatMap((pool) => [...countLeft(pool, options)]));
  return ranked.map((each) => mostImportant(each.importance, left.get(each)!));
}

/** How many positions of each group of a pool are left. */
function countLeft(pool: readonly RankedGroup[], { maxRatio, multipleOf }: ChoiceOptions): Map<RankedGroup, number> {
  const wanted = pool.reduce((sum, { group, ratio }) => sum + group.size * ratio, 0);
  const entries = pool.flatMap((each) => {
    const mean = each.importance.reduce((a, b) => a + b, 0) / each.importance.length || 1;
    return Array.from(each.importance, (value, position) => ({ each, position, value: value / mean }));
  });
  entries.sort((a, b) => a.value - b.value || b.position - a.position);
  const gone = new Map(pool.map((each) => [each, 0]));
  let count = 0;
  for (const { each } of entries) {
    if (count + 1 > wanted + 1e-9) {
      break;
    }
    const most = Math.min(floor(each.group.size * maxRatio), each.group.size - each.minimum);
    if (gone.get(each)! < most) {
      gone.set(each, gone.get(each)! + 1);
      count++;
    }
  }
  return new Map(pool.map((each) => [each, rounded(each, each.group.size - gone.get(each)!, multipleOf)]));
}

/** The next multiple up, where the group has as many. */
function rounded({ group, minimum }: RankedGroup, left: number, multipleOf: number): number {
  if (minimum > group.size) {
    fail('prune.structured', `"${group.name}" must keep ${minimum} positions`, group.size);
  }
  return Math.min(group.size, Math.ceil(left / multipleOf) * multipleOf);
}

function mostImportant(importance: Float32Array, count: number): number[] {
  const order = Array.from(importance.keys()).sort((a, b) => importance[b] - importance[a] || a - b);
  return order.slice(0, count).sort((a, b) => a - b);
}
