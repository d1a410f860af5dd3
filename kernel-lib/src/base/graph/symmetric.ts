import { perGraph } from './adjacency';
import { degrees, type Direction } from './degrees';
import type { Graph } from './graph';

/** 1 / sqrt(d) of each node, with d its weighted degree; 0 where that is 0 or less, so that negative weights give no NaN. */
function roots(graph: Graph, direction: Direction): Float32Array {
  return degrees(graph, { direction, weighted: true }).map((degree) => (degree > 0 ? 1 / Math.sqrt(degree) : 0));
}

function scaled(graph: Graph, ofSource: Float32Array, ofTarget: Float32Array): Float32Array {
  return Float32Array.from(graph.sources, (source, edge) => graph.weightOf(edge) * ofSource[source] * ofTarget[graph.targets[edge]]); // prettier-ignore
}

/** {@link symmetricWeights}, made once of each graph: not to be changed. */
export const symmetricOf = perGraph((graph: Graph): Float32Array => {
  const all = roots(graph, 'in');
  return scaled(graph, all, all);
});

/** {@link balancedWeights}, made once of each graph: not to be changed. */
export const balancedOf = perGraph((graph: Graph): Float32Array =>
  scaled(graph, roots(graph, 'out'), roots(graph, 'in'))
);

/** Weights w / sqrt(d_source d_target) of a graph's edges, [M], with d the weighted in-degree of both: those of GCN. An edge from a node that none enters has 0; a loop at each node keeps it. An array of the caller's own. */
export function symmetricWeights(graph: Graph): Float32Array {
  return symmetricOf(graph).slice();
}

/** Weights w / sqrt(out_source in_target) of a graph's edges, [M], with the weighted out- and in-degree: on an undirected graph {@link symmetricWeights}, and on a directed one no edge is lost. An array of the caller's own. */
export function balancedWeights(graph: Graph): Float32Array {
  return balancedOf(graph).slice();
}
