import { perGraph } from './adjacency';
import { Graph } from './graph';

/** The graph with each edge turned round; what edges have goes with them. */
export function reversed(graph: Graph): Graph {
  const { edges, ...rest } = graph.directedOptions;
  return new Graph('graph.reversed', { ...rest, edges: { sources: edges.targets, targets: edges.sources } });
}

/**
 * The graph with each edge and its way back, told apart by type: an edge of type t (0 where there are none) has type 2 t, its way back 2 t + 1, so that any layer of typed edges passes messages both ways and knows which
 * (reverse message passing, arXiv 2306.11586). Weights and features are those of the edge; a loop is turned round as well.
 */
export function withReverse(graph: Graph): Graph {
  const { edges, weights, ...rest } = graph.directedOptions;
  const twice = (values: ArrayLike<number>): number[] => [...Array.from(values), ...Array.from(values)];
  const { edgeTypes, edgeFeatures } = graph;
  const types = Array.from(graph.sources, (_, edge) => 2 * (edgeTypes?.[edge] ?? 0));
  return new Graph('graph.withReverse', {
    ...rest,
    edges: { sources: [...edges.sources, ...edges.targets], targets: [...edges.targets, ...edges.sources] },
    weights: weights && twice(weights),
    edgeTypes: [...types, ...types.map((type) => type + 1)],
    edgeFeatures: edgeFeatures && { values: twice(edgeFeatures.values), width: edgeFeatures.width }
  });
}

/** {@link reversed}, made once of each graph. */
export const reversedOf = perGraph(reversed);
