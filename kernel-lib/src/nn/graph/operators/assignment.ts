import { tf } from '../../../base/backend';
import { expectShape, fail } from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { edgeDifference } from '../../../base/ops/graph';
import { withoutGradient } from '../../../base/ops/gradient';

/**
 * Total variation of nodes' shares in clusters over a graph (TVGNN, arXiv 2211.06218): the sum of `w |s_u - s_v|_1` over its directed edges, halved, shares [N, K] to a scalar. Of whole assignments it is twice the weight of
 * the undirected edges that are cut. A loss that smooth shares and sharp cuts make small, as does one cluster alone: {@link assignmentBalance} is against that.
 */
export function assignmentVariation(shares: tf.Tensor2D, graph: Graph): tf.Scalar {
  expectShape('graph.assignmentVariation', shares, [graph.numNodes, 'K']);
  return tf.tidy(() => {
    const differences = edgeDifference(shares, shares, graph).abs().sum(1);
    const all = graph.weights === undefined ? differences : differences.mul(tf.tensor1d(graph.weights));
    return all.sum().div(2);
  });
}

/**
 * Imbalance of nodes' shares in clusters, [N, K] to a scalar: 0 where as many nodes are in each cluster, whole, and 1 where all have the same shares (TVGNN's asymmetric norm): 1 less the deviations of each cluster's shares from
 * their N / K-th largest, those above it times K - 1, over N (K - 1).
 *
 * @throws {SwitchyardError} where there are fewer than two clusters.
 */
export function assignmentBalance(shares: tf.Tensor2D): tf.Scalar {
  const where = 'graph.assignmentBalance';
  expectShape(where, shares, ['N', 'K']);
  const [nodes, clusters] = shares.shape;
  if (clusters < 2) {
    fail(where, 'clusters must be at least 2', clusters);
  }
  return tf.tidy(() => {
    // The deviations are least in the quantile, so that it adds nothing to the gradient.
    const quantile = withoutGradient(() => tf.topk(shares.transpose(), Math.min(nodes, Math.floor(nodes / clusters) + 1)).values.slice([0, Math.min(nodes - 1, Math.floor(nodes / clusters))], [-1, 1])); // prettier-ignore
    const deviations = shares.sub(quantile.transpose());
    const sizes = deviations.relu().mul(clusters - 1).add(deviations.neg().relu()); // prettier-ignore
    return tf.scalar(1).sub(sizes.sum().div(nodes * (clusters - 1)));
  });
}
