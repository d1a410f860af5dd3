import { tf } from '../../../base/backend';
import { expectNumber, expectShape, fail, given } from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { edgeDot } from '../../../base/ops/graph';

/** Options of `graph.metaNodeContrast`. */
export interface MetaNodeOptions {
  /** Share of each node in each cluster, [N, C], rows that sum to 1: of a network, or one-hot. */
  assignment: tf.Tensor2D;
  /** Divides similarities, above 0. Default 0.5. */
  temperature?: number;
}

/**
 * Contrastive loss of a graph with meta-nodes in place of negatives (PamCGC, arXiv 2209.14067), embeddings [N, F] to a scalar: less the mean similarity of the two ends of edges, plus the logarithm of the mean of
 * `exp(similarity / temperature)` over all pairs of nodes, where a pair of clusters, as large as they are and at their means, stands for the pairs of their nodes. Exact where each node is a cluster; of C clusters in `N C + C^2` and
 * never above the exact loss where each node is in one cluster. Similarities are cosines.
 *
 * @throws {SwitchyardError} where shapes do not fit, the temperature is not above 0, or there is no edge.
 */
export function metaNodeContrast(embeddings: tf.Tensor2D, graph: Graph, options: MetaNodeOptions): tf.Scalar {
  const where = 'graph.metaNodeContrast';
  const { assignment, temperature = 0.5 } = given(where, options);
  expectShape(where, embeddings, [graph.numNodes, 'F']);
  expectShape(where, assignment, [graph.numNodes, 'C']);
  expectNumber(where, 'temperature', temperature, Number.MIN_VALUE);
  if (graph.numEdges === 0) {
    fail(where, 'there must be an edge', 0);
  }
  return tf.tidy(() => {
    const unit = embeddings.div<tf.Tensor2D>(embeddings.square().sum(1, true).maximum(1e-24).sqrt());
    const near = edgeDot(unit, unit, graph).mean().div(temperature);
    const sizes = assignment.sum(0).reshape<tf.Tensor2D>([1, -1]);
    const means = tf.matMul(assignment, unit, true).div<tf.Tensor2D>(sizes.reshape([-1, 1]).maximum(1e-12));
    const similarity = tf.matMul(means, means, false, true).div<tf.Tensor2D>(temperature);
    const pairs = tf.matMul(sizes, sizes, true).div(graph.numNodes ** 2);
    // An empty cluster has pairs that count next to nothing, and a gradient.
    return tf.logSumExp(similarity.add(pairs.maximum(1e-30).log())).sub<tf.Scalar>(near);
  });
}
