import { perGraph } from './adjacency';
import { Graph, takeRows } from './graph';

/**
 * The graph with a loop of weight 1 at each node that has none; loops that are there keep their weights, all of them. Features of edges that are added are 0, their type 0.
 */
export function withLoops(graph: Graph): Graph {
  const own = new Uint8Array(graph.numNodes);
  graph.sources.forEach((source, edge) => (own[source] ||= Number(source === graph.targets[edge])));
  const added = Int32Array.from(own.keys()).filter((node) => own[node] === 0);
  const { edges, weights, edgeTypes, ...rest } = graph.directedOptions;
  const more = <T extends Float32Array | Int32Array>(all: T, last: T): T => {
    const out = new (all.constructor as new (length: number) => T)(all.length + last.length);
    out.set(all);
    out.set(last, all.length);
    return out;
  };
  return new Graph('graph.withLoops', {
    ...rest,
    edges: { sources: more(edges.sources, added), targets: more(edges.targets, added) },
    weights: weights && more(weights as Float32Array, new Float32Array(added.length).fill(1)),
    edgeTypes: edgeTypes && more(edgeTypes as Int32Array, new Int32Array(added.length)),
    edgeFeatures: graph.edgeFeatures && {
      values: more(graph.edgeFeatures.values, new Float32Array(added.length * graph.edgeFeatures.width)),
      width: graph.edgeFeatures.width
    }
  });
}

/** The graph without its loops. */
export function withoutLoops(graph: Graph): Graph {
  return keepEdges('graph.withoutLoops', graph, (edge) => graph.sources[edge] !== graph.targets[edge]);
}

/** The graph with those of its edges that are to stay, in their order. */
export function keepEdges(where: string, graph: Graph, stays: (edge: number) => boolean): Graph {
  const kept = graph.incoming.edges.filter(stays);
  const { sources, targets, weights, edgeTypes, edgeFeatures } = graph;
  return new Graph(where, {
    ...graph.directedOptions,
    edges: {
      sources: kept.map((edge) => sources[edge]),
      targets: kept.map((edge) => targets[edge])
    },
    weights: weights && Float32Array.from(kept, (edge) => weights[edge]),
    edgeTypes: edgeTypes && kept.map((edge) => edgeTypes[edge]),
    edgeFeatures: edgeFeatures && takeRows(edgeFeatures, kept)
  });
}

/** {@link withLoops}, made once of each graph. */
export const loopedOf = perGraph(withLoops);
