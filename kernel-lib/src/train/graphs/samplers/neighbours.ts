import { expectInteger, given, Random } from '../../../base/core';
import { fromEdges, type Graph, takeRows } from '../../../base/graph';

/** Options of `graph.samplers.neighbours`. */
export interface NeighboursOptions {
  /** Edges that enter a node and are kept, at most. */
  fanOut: number;
  /** Time of each edge, in the graph's order, and of each node as one that is asked about: of edges that enter a node none that is later is drawn, so that nothing of the future is told. Default: all edges count. */
  times?: { readonly edges: ArrayLike<number>; readonly nodes: ArrayLike<number> };
  /** Default 0; another for each epoch. */
  seed?: number;
}

/**
 * Neighbours of a fixed number (GraphSAGE, arXiv 1706.02216): of the edges that enter a node as many are drawn evenly, without replacement, and weigh `d / fanOut` times what they did, so that a weighted sum over neighbours is, in
 * expectation, that over all d of them (of those in time, where times are given). Nodes of no more edges keep all.
 *
 * @throws {SwitchyardError} where the fan-out is less than 1, or times are not as many as edges and nodes.
 */
export function neighbours(graph: Graph, options: NeighboursOptions): Graph {
  const where = 'graph.samplers.neighbours';
  const { fanOut, times, seed = 0 } = given(where, options);
  expectInteger(where, 'fanOut', fanOut, 1);
  if (times !== undefined) {
    expectInteger(where, 'times of edges', times.edges.length, graph.numEdges, graph.numEdges);
    expectInteger(where, 'times of nodes', times.nodes.length, graph.numNodes, graph.numNodes);
  }
  const next = Random.fromSeed(seed).child(where).generator();
  const { starts } = graph.incoming;
  const [kept, weights]: [number[], number[]] = [[], []];
  for (let node = 0; node < graph.numNodes; node++) {
    const entering = Array.from(graph.incoming.edges.subarray(starts[node], starts[node + 1]));
    const open = times === undefined ? entering : entering.filter((edge) => times.edges[edge] <= times.nodes[node]);
    let wanted = Math.min(fanOut, open.length);
    const scale = open.length / Math.max(1, wanted);
    open.forEach((edge, passed) => {
      // Each of those left with the chance that as many are drawn as are wanted.
      if (next() * (open.length - passed) < wanted) {
        wanted--;
        kept.push(edge);
        weights.push(scale * graph.weightOf(edge));
      }
    });
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
