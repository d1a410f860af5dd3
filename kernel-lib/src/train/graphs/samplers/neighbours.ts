import { expectInteger, given, Random } from '../../../base/core';
import { fromEdges, type Graph, takeRows } from '../../../base/graph';

/** Options of `graph.samplers.neighbours`. */
export interface NeighboursOptions {
  /** Edges that enter a node and are kept, at most. */
  fanOut: number;
  /** Default 0; another for each epoch. */
  seed?: number;
}

/**
 * Neighbours of a fixed number (GraphSAGE, arXiv 1706.02216): of the edges that enter a node as many are drawn evenly, without replacement, and weigh `d / fanOut` times what they did, so that a weighted sum over neighbours is, in
 * expectation, that over all d of them. Nodes of no more edges keep all.
 *
 * @throws {SwitchyardError} where the fan-out is less than 1.
 */
export function neighbours(graph: Graph, options: NeighboursOptions): Graph {
  const where = 'graph.samplers.neighbours';
  const { fanOut, seed = 0 } = given(where, options);
  expectInteger(where, 'fanOut', fanOut, 1);
  const next = Random.fromSeed(seed).child(where).generator();
  const { starts } = graph.incoming;
  const [kept, weights]: [number[], number[]] = [[], []];
  for (let node = 0; node < graph.numNodes; node++) {
    const degree = starts[node + 1] - starts[node];
    let wanted = Math.min(fanOut, degree);
    const scale = degree / Math.max(1, wanted);
    for (let e = starts[node]; e < starts[node + 1]; e++) {
      // Each of those left with the chance that as many are drawn as are wanted.
      if (next() * (starts[node + 1] - e) < wanted) {
        wanted--;
        kept.push(e);
        weights.push(scale * graph.weightOf(e));
      }
    }
  }
  const edges = Int32Array.from(kept);
  const { sources, targets, edgeFeatures, edgeTypes } = graph;
  return fromEdges({
    ...graph.directedOptions,
    edges: { sources: edges.map((e) => sources[e]), targets: edges.map((e) => targets[e]) },
    weights,
    edgeTypes: edgeTypes && edges.map((e) => edgeTypes[e]),
    edgeFeatures: edgeFeatures && takeRows(edgeFeatures, edges)
  });
}
