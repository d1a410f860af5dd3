import { expectInteger, given } from '../../../base/core';
import { type Features, fromEdges, type Graph } from '../../../base/graph';
import { graphsOf } from './laplacian';

/** Options of `graph.embed.randomWalk` and `graph.embed.walkPairs`. */
export interface RandomWalkOptions {
  /** Steps of a walk, k. */
  steps: number;
}

/**
 * Random-walk structural encodings (arXiv 2110.07875), [N, k]: the probability that a walk along the edges, by their weights, is back at its node after 1..k steps. A walk stays where no edge leaves.
 *
 * @throws {SwitchyardError} where k is less than 1.
 */
export function randomWalk(graph: Graph, options: RandomWalkOptions): Features {
  const where = 'graph.embed.randomWalk';
  const { steps } = given(where, options);
  expectInteger(where, 'steps', steps, 1);
  const values = new Float32Array(graph.numNodes * steps);
  eachWalk(graph, steps, (from, _nodes, probabilities, step) => {
    if (step > 0) {
      values[from * steps + step - 1] = probabilities[from];
    }
  });
  return { values, width: steps };
}

/** Options of `graph.embed.walkPairs`. */
export interface WalkPairsOptions extends RandomWalkOptions {
  /** Pairs that are kept: all of a graph, or those of a node with itself and along edges. Default "all". */
  pairs?: 'all' | 'edges';
}

/**
 * Relative random-walk encodings of pairs (RRWP, arXiv 2305.17589), as a graph: an edge for each pair of nodes of one graph, with the probabilities that a walk from its target is at its source after 0..k steps as its k + 1 features;
 * its weight is that of the original edges, 0 where there is none, so that weighted degrees are the original ones. What nodes have is kept.
 *
 * @throws {SwitchyardError} where k is less than 1.
 */
export function walkPairs(graph: Graph, options: WalkPairsOptions): Graph {
  const where = 'graph.embed.walkPairs';
  const { steps, pairs = 'all' } = given(where, options);
  expectInteger(where, 'steps', steps, 1);
  const weights = new Map<number, number>();
  graph.sources.forEach((source, edge) => {
    const key = source * graph.numNodes + graph.targets[edge];
    weights.set(key, (weights.get(key) ?? 0) + graph.weightOf(edge));
  });
  const rows = new Map<number, number[]>();
  eachWalk(graph, steps, (from, nodes, probabilities) => {
    nodes.forEach((to) => {
      const key = to * graph.numNodes + from;
      if (pairs === 'all' || to === from || weights.has(key)) {
        rows.set(key, [...(rows.get(key) ?? []), probabilities[to]]);
      }
    });
  });
  const keys = [...rows.keys()];
  return fromEdges({
    ...graph.directedOptions,
    edges: { sources: keys.map((key) => Math.floor(key / graph.numNodes)), targets: keys.map((key) => key % graph.numNodes) }, // prettier-ignore
    weights: keys.map((key) => weights.get(key) ?? 0),
    edgeFeatures: keys.map((key) => rows.get(key)!),
    edgeTypes: undefined
  });
}

/** Tells where walks from each node are after 0..k steps. */
function eachWalk(
  graph: Graph,
  steps: number,
  tell: (from: number, nodes: readonly number[], probabilities: Float64Array, step: number) => void
): void {
  const { starts, neighbours, edges } = graph.outgoing;
  const total = new Float64Array(graph.numNodes);
  graph.sources.forEach((source, edge) => (total[source] += graph.weightOf(edge)));
  graphsOf(graph).forEach((nodes) =>
    nodes.forEach((from) => {
      let at = new Float64Array(graph.numNodes);
      at[from] = 1;
      tell(from, nodes, at, 0);
      for (let step = 1; step <= steps; step++) {
        const next = new Float64Array(graph.numNodes);
        nodes.forEach((node) => {
          if (total[node] <= 0) {
            next[node] += at[node];
            return;
          }
          for (let e = starts[node]; e < starts[node + 1]; e++) {
            next[neighbours[e]] += (at[node] * graph.weightOf(edges[e])) / total[node];
          }
        });
        at = next;
        tell(from, nodes, at, step);
      }
    })
  );
}
