import { expectInteger, fail } from '../core';
import { coalesce } from './coalesce';
import { Graph } from './graph';

/**
 * The graph of clusters: each becomes one node, and of all edges between two one stays, of the sum of their weights. Edges within a cluster are left out. Which graph of a batch a cluster is of is kept.
 *
 * @param clusters - Cluster of each node, 0..K-1, [N]; each of one graph of the batch, those of an earlier graph first.
 * @throws {SwitchyardError} where there is not a cluster for each node, or one is of two graphs.
 */
export function contracted(graph: Graph, clusters: ArrayLike<number>): Graph {
  const where = 'graph.contracted';
  if (clusters.length !== graph.numNodes) {
    fail(where, `there must be a cluster for each of the ${graph.numNodes} nodes`, clusters.length);
  }
  const own = Int32Array.from(clusters);
  Array.from(clusters).forEach((cluster) => expectInteger(where, 'clusters', cluster, 0));
  const count = own.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const graphOf = graph.graphOf && new Int32Array(count).fill(-1);
  graph.graphOf?.forEach((of, node) => {
    if (graphOf![own[node]] >= 0 && graphOf![own[node]] !== of) {
      fail(where, 'a cluster must be of one graph', own[node]);
    }
    graphOf![own[node]] = of;
  });
  const edges = graph.incoming.edges.filter((e) => own[graph.sources[e]] !== own[graph.targets[e]]);
  const all = new Graph(where, {
    ...{ numNodes: count, graphOf, numGraphs: graph.numGraphs },
    edges: { sources: edges.map((e) => own[graph.sources[e]]), targets: edges.map((e) => own[graph.targets[e]]) },
    weights: Float32Array.from(edges, (e) => graph.weightOf(e))
  });
  return coalesce(all);
}
