import { expectNumber, given } from '../core';
import { degrees } from './degrees';
import type { Graph } from './graph';

/** Options of `graph.trustedWeights`. */
export interface TrustedWeightsOptions {
  /** Power of the product of both ends' degrees: above 0 nodes of many neighbours are heard more. Default 0.5. */
  power?: number;
}

/** Weights `(d_source d_target)^power` of a graph's edges, over their sum at the target (STABLE, arXiv 2207.00012), [M]: nodes with many neighbours, whose part in an attack is small, are heard more than others. Weights of the graph are not read. */
export function trustedWeights(graph: Graph, options: TrustedWeightsOptions = {}): Float32Array {
  const { power = 0.5 } = given('graph.trustedWeights', options);
  expectNumber('graph.trustedWeights', 'power', power);
  const degree = degrees(graph);
  // A source that nothing leads to counts as one that one edge leads to.
  const raw = Float64Array.from(graph.sources, (source, edge) => (Math.max(1, degree[source]) * degree[graph.targets[edge]]) ** power); // prettier-ignore
  const sums = new Float64Array(graph.numNodes);
  raw.forEach((weight, edge) => (sums[graph.targets[edge]] += weight));
  return Float32Array.from(raw, (weight, edge) => weight / sums[graph.targets[edge]]);
}
