import { expectInteger, fail } from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { hopsFrom, neighbourhoods } from '../../../base/topology';

/**
 * Topological closeness of scores (Cai et al., 2023, arXiv 2308.11127): of a user's pairs of items that lie a different number of steps away, the share in which the nearer one has the higher score, ties a half; the mean over users that
 * have such pairs. 1 where scores follow the structure, 0.5 where they know nothing of it. Items that no path leads to lie farthest.
 *
 * @param scores - Of each item for each user, [users][items].
 * @throws {SwitchyardError} where scores are not as many, one is NaN, a node is not there, or no user has such a pair.
 */
export function topologicalCloseness(
  graph: Graph,
  users: ArrayLike<number>,
  items: ArrayLike<number>,
  scores: readonly ArrayLike<number>[]
): number {
  const where = 'graph.metrics.topologicalCloseness';
  if (scores?.length !== users?.length || scores.some((row) => row.length !== items?.length)) {
    fail(
      where,
      `scores must be ${users?.length} rows of ${items?.length}`,
      scores?.map((row) => row.length)
    );
  }
  [...Array.from(users), ...Array.from(items)].forEach((node) => expectInteger(where, 'nodes', node, 0, graph.numNodes - 1)); // prettier-ignore
  const near = neighbourhoods(graph);
  const shares = Array.from(users).flatMap((user, row) => {
    const hops = hopsFrom(near, user).map((value) => (value < 0 ? graph.numNodes : value));
    let [right, all] = [0, 0];
    for (let i = 0; i < items.length; i++) {
      for (let j = 0; j < items.length; j++) {
        if (hops[items[i]] < hops[items[j]]) {
          const difference = scores[row][i] - scores[row][j];
          all++;
          right += Number.isNaN(difference) ? fail(where, 'scores must be numbers', [scores[row][i], scores[row][j]]) : difference > 0 ? 1 : difference === 0 ? 0.5 : 0; // prettier-ignore
        }
      }
    }
    return all === 0 ? [] : [right / all];
  });
  return shares.length > 0 ? shares.reduce((a, b) => a + b, 0) / shares.length : fail(where, 'a user must have items at several distances', 'none'); // prettier-ignore
}
