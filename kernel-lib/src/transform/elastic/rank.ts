import { axesOf, expectPathsFound, fail, shrink } from '../../base/core';
import type { Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import type { TransformReport } from '../moe/report';
import { groupImportance } from '../prune/groupImportance';
import type { GroupImportanceOptions } from '../prune/groupImportance';
import { groups } from '../prune/groups';
import type { PruningGroup } from '../prune/groups';
import { INSIDE, isInside } from '../prune/isInside';
import { lastFitting } from './choice';

/** Options of `elastic.rank`. */
export interface RankOptions extends GroupImportanceOptions {
  /** Groups whose positions are ranked, by their names in `prune.groups` or patterns of them. Default: hidden units, heads, experts, channels, and widths between layers of a graph network. */
  include?: readonly string[];
}

export interface RankReport extends TransformReport {
  /** Old positions in their new order, by group. */
  order: Record<string, number[]>;
}

const WHERE = 'elastic.rank';

/**
 * A model whose positions stand in the order of their importance, the most important first, so that slices keep what matters (the channel sorting of
 * once-for-all, arXiv 1908.09791). It computes what the one given computes, which stays.
 *
 * @throws {SwitchyardError} where no group that can be cut fits, or the criterion cannot score.
 */
export function rank<M extends Module>(model: M, options: RankOptions): { model: M; report: RankReport } {
  const { include, ...scoring } = options;
  const all = [...groups(model).values()];
  if (include !== undefined) {
    expectPathsFound(WHERE, 'include', include, { paths: all.map(({ name }) => name), what: 'groups' });
  }
  const isWanted = include === undefined ? isInside(model) : ({ name }: PruningGroup) => lastFitting(include, name) !== undefined; // prettier-ignore
  const chosen = all.filter((group) => group.pinned === null && group.size > 1 && isWanted(group));
  if (chosen.length === 0) {
    fail(WHERE, 'include must name groups that can be cut', include ?? INSIDE);
  }
  const importances = groupImportance(model, chosen, scoring);
  const ranked = copyModel(model);
  const axes = axesOf(ranked);
  const order = chosen.map(({ name }, i): [string, number[]] => {
    const importance = importances[i];
    const positions = Array.from(importance.keys()).sort((a, b) => importance[b] - importance[a] || a - b);
    const { axis } = axes.get(name)!;
    const { selection } = axis;
    // Cut to all of its positions, in another order.
    axis.keep(selection === null ? positions : positions.map((each) => selection[each]));
    return [name, positions];
  });
  shrink(ranked);
  const count = model.countParameters();
  return {
    model: ranked,
    report: {
      ...{ transformation: 'rank', order: Object.fromEntries(order) },
      parameters: { before: count, after: ranked.countParameters() }
    }
  };
}
