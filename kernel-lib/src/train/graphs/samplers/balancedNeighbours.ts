import { fail, Random, given } from '../../../base/core';
import { listOf } from '../listOf';
import { fromEdges, type Graph, takeRows } from '../../../base/graph';

/** Options of `graph.samplers.balancedNeighbours`. */
export interface BalancedNeighboursOptions {
  /** Group of each node, from 0: the sensitive attribute. [N]. */
  groups: ArrayLike<number>;
  /** Default 0; another for each epoch. */
  seed?: number;
}

/**
 * Balanced neighbours (BeMap; Lin et al., 2023, arXiv 2306.04107): of the edges that enter a node as many from each group that leads to it, drawn evenly, so that message passing does not amplify what its neighbours have
 * too much of. Where all come from one group they stay. Directed: each node draws for itself. Loops stay and count for nobody.
 *
 * @throws {SwitchyardError} where there is not a group for each node.
 */
export function balancedNeighbours(graph: Graph, options: BalancedNeighboursOptions): Graph {
  const { groups, seed = 0 } = given('graph.samplers.balancedNeighbours', options);
  const where = 'graph.samplers.balancedNeighbours';
  if (groups.length !== graph.numNodes) {
    fail(where, `there must be a group for each of the ${graph.numNodes} nodes`, groups.length);
  }
  const random = Random.fromSeed(seed).child(where);
  const { starts, neighbours } = graph.incoming;
  const kept: number[] = [];
  for (let node = 0; node < graph.numNodes; node++) {
    const byGroup = new Map<number, number[]>();
    for (let e = starts[node]; e < starts[node + 1]; e++) {
      if (neighbours[e] === node) {
        kept.push(e);
      } else {
        listOf(byGroup, groups[neighbours[e]]).push(e);
      }
    }
    const least = [...byGroup.values()].reduce((few, { length }) => Math.min(few, length), Infinity);
    byGroup.forEach(
      (edges, group) =>
      random.child(node).child(group).shuffle(edges).slice(0, least).forEach((edge) => kept.push(edge)) // prettier-ignore
    );
  }
  const edges = Int32Array.from(kept).sort();
  const { sources, targets, weights, edgeFeatures, edgeTypes } = graph;
  return fromEdges({
    ...graph.directedOptions,
    edges: { sources: edges.map((e) => sources[e]), targets: edges.map((e) => targets[e]) },
    weights: weights && Float32Array.from(edges, (e) => weights[e]),
    edgeTypes: edgeTypes && edges.map((e) => edgeTypes[e]),
    edgeFeatures: edgeFeatures && takeRows(edgeFeatures, edges)
  });
}
