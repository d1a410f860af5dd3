import { expectInteger, given } from '../../../base/core';
import { fromEdges, type Graph } from '../../../base/graph';

/** Options of `graph.recommend.coOccurrence`. */
export interface CoOccurrenceOptions {
  /** Users: nodes 0..users-1; all others are items. */
  users: number;
  /** Items that each item keeps, K: those of the largest weight. */
  k: number;
}

/**
 * Items that are chosen by the same users (UltraGCN, arXiv 2110.15114): of each item edges to K others, of weight `G_ij / (g_i - G_ii) sqrt(g_i / g_j)` with `G = A^T A` the users in common and g its row sums. Nodes are those of
 * the graph; users have no edges. Ties go to the item of the smaller number.
 *
 * @param graph - Of what users chose, undirected; its weights are not read.
 * @throws {SwitchyardError} where there are not as many users, or k is less than 1.
 */
export function coOccurrence(graph: Graph, options: CoOccurrenceOptions): Graph {
  const where = 'graph.recommend.coOccurrence';
  const { users, k } = given(where, options);
  expectInteger(where, 'users', users, 0, graph.numNodes);
  expectInteger(where, 'k', k, 1);
  const { starts, neighbours } = graph.incoming;
  const near = (node: number): Int32Array => neighbours.subarray(starts[node], starts[node + 1]);
  const common = Array.from({ length: graph.numNodes - users }, (_, i) => {
    const counts = new Map<number, number>();
    near(users + i).forEach((user) => near(user).forEach((item) => counts.set(item, (counts.get(item) ?? 0) + 1)));
    return counts;
  });
  const sums = common.map((counts) => [...counts.values()].reduce((a, b) => a + b, 0));
  const edges = common.flatMap((counts, i) => {
    const item = users + i;
    const others = sums[i] - (counts.get(item) ?? 0);
    return [...counts]
      .filter(([other]) => other !== item)
      .map(([other, count]) => ({ item, other, weight: (count / others) * Math.sqrt(sums[i] / sums[other - users]) }))
      .sort((a, b) => b.weight - a.weight || a.other - b.other)
      .slice(0, k);
  });
  return fromEdges({
    numNodes: graph.numNodes,
    edges: edges.map(({ item, other }) => [item, other] as const),
    weights: edges.map(({ weight }) => weight)
  });
}
