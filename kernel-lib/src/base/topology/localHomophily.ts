import { expectInteger, fail } from '../core';
import type { Features, Graph } from '../graph';
import { cosine } from '../math/cosine';

/**
 * Homophily of each node, estimated without labels, -1..1: the mean cosine of its features with those of the nodes that lead to it, loops left out, about the mean of all nodes; 0 where none leads, and of features that are the mean.
 *
 * @param features - Features [N, F], or logits of a network. Default: those of the graph.
 * @throws {SwitchyardError} where there are no features, or not of each node.
 */
export function localHomophily(graph: Graph, features?: Features): Float64Array {
  const where = 'graph.probes.localHomophily';
  const { values, width } =
    features ?? graph.nodeFeatures ?? fail(where, 'the graph must have features of nodes', 'none');
  expectInteger(where, 'values of features', values.length, graph.numNodes * width, graph.numNodes * width);
  const mean = new Float64Array(width);
  values.forEach((value, i) => (mean[i % width] += value / graph.numNodes));
  const rows = Array.from({ length: graph.numNodes }, (_, node) => mean.map((value, f) => values[node * width + f] - value)); // prettier-ignore
  const [sums, counts] = [new Float64Array(graph.numNodes), new Float64Array(graph.numNodes)];
  graph.sources.forEach((source, edge) => {
    const target = graph.targets[edge];
    if (source !== target) {
      sums[target] += cosine(rows[source], rows[target]) || 0;
      counts[target]++;
    }
  });
  return sums.map((sum, node) => sum / Math.max(1, counts[node]));
}
