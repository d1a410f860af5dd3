import { expectInteger, given, Random } from '../../base/core';
import type { Features, Graph } from '../../base/graph';
import { kMeans } from '../../base/math';
import { localHomophily } from '../../base/topology/localHomophily';

/** Options of `graph.probes.environments`. */
export interface EnvironmentsOptions {
  /** Environments, k. Default 2. */
  count?: number;
  /** Features [N, F] that homophily is estimated from. Default: those of the graph. */
  features?: Features;
  /** Default 0. */
  seed?: number;
}

/**
 * Environments of nodes by their heterophily (HEI, arXiv 2408.09490), inferred without labels and without other graphs, [N]: clusters of the estimated homophily of nodes (`graph.probes.localHomophily`), 0 the most heterophilic, for
 * training that does not rely on what neighbours are like (`train.tasks.nodeClassification`).
 *
 * @throws {SwitchyardError} where nodes have no features, or there are more environments than nodes.
 */
export function environments(graph: Graph, options: EnvironmentsOptions = {}): Int32Array {
  const where = 'graph.probes.environments';
  const { count = 2, features, seed = 0 } = given(where, options);
  expectInteger(where, 'count', count, 1, graph.numNodes);
  const rows = Array.from(localHomophily(graph, features), (value) => Float64Array.of(value));
  const { centres, members } = kMeans(rows, { count, next: Random.fromSeed(seed).child(where).generator() });
  const order = centres.map((_, c) => c).sort((a, b) => centres[a][0] - centres[b][0]);
  const out = new Int32Array(graph.numNodes);
  order.forEach((cluster, place) => members[cluster].forEach((node) => (out[node] = place)));
  return out;
}
