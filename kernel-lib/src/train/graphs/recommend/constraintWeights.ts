import { expectInteger } from '../../../base/core';
import { degrees, type Graph, type NodePair } from '../../../base/graph';

/**
 * Weights of pairs of a user and an item, `sqrt((d_u + 1) / (d_i + 1)) / d_u` (UltraGCN, arXiv 2110.15114), [B]: what makes embeddings that no message passes through end where infinitely many steps of `models.lightGcn` would
 * bring them. 0 where the user has chosen nothing.
 *
 * @param graph - Of what users chose, undirected.
 * @throws {SwitchyardError} where a node is not there.
 */
export function constraintWeights(graph: Graph, pairs: readonly NodePair[]): Float32Array {
  const degree = degrees(graph);
  return Float32Array.from(pairs, (pair) => {
    pair.forEach((node) => expectInteger('graph.recommend.constraintWeights', 'pairs', node, 0, graph.numNodes - 1));
    const [user, item] = pair;
    return degree[user] === 0 ? 0 : Math.sqrt((degree[user] + 1) / (degree[item] + 1)) / degree[user];
  });
}
