import { perGraph } from './adjacency';
import { degrees } from './degrees';
import type { Graph } from './graph';

/**
 * Weights w / sqrt(d_source d_target) of a graph's edges, [M], with d the weighted in-degree: the symmetrically normalised adjacency. 1/sqrt(d) is 0 where d is 0 or less, so that negative weights give no NaN.
 */
export const symmetricWeights = perGraph((graph: Graph): Float32Array => {
  const roots = degrees(graph, { weighted: true }).map((degree) => (degree > 0 ? 1 / Math.sqrt(degree) : 0));
  return Float32Array.from(graph.sources, (source, edge) => graph.weightOf(edge) * roots[source] * roots[graph.targets[edge]]); // prettier-ignore
});
