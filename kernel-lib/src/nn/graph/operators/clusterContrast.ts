import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, expectShape, fail } from '../../../base/core';
import { crossEntropy } from '../../../base/ops';

/**
 * Weights of negatives by clusterings of nodes (MEOW, arXiv 2212.13847), [N, N]: the share of the clusterings that put two nodes apart, so that a negative of the same cluster, which may be of the same class, counts less, and nothing
 * where all clusterings agree.
 *
 * @param clusterings - Cluster of each node, from 0; [clusterings][N].
 * @throws {SwitchyardError} where there is no clustering, or they are not of the same nodes.
 */
export function clusterWeights(clusterings: readonly ArrayLike<number>[]): tf.Tensor2D {
  const where = 'graph.clusterWeights';
  const count = clusterings[0]?.length ?? 0;
  if (count === 0 || clusterings.some((of) => of.length !== count)) {
    fail(where, 'clusterings must be of the same nodes, one at least', clusterings.map((of) => of.length)); // prettier-ignore
  }
  const values = new Float32Array(count * count);
  for (const of of clusterings) {
    for (let i = 0; i < count; i++) {
      expectInteger(where, 'clusters', of[i], 0);
      for (let j = 0; j < count; j++) {
        values[i * count + j] += of[i] === of[j] ? 0 : 1 / clusterings.length;
      }
    }
  }
  return tf.tensor2d(values, [count, count]);
}

/**
 * Prototypical loss: the mean cross entropy of telling the centre of a node's own cluster from the others by cosines over a temperature; nodes [N, F] and centres [K, F] to a scalar.
 *
 * @param clusters - Cluster of each node, 0..K-1.
 * @throws {SwitchyardError} where shapes do not fit, or a cluster has no centre.
 */
export function prototypeContrast(
  nodes: tf.Tensor2D,
  centres: tf.Tensor2D,
  clusters: ArrayLike<number>,
  temperature: number
): tf.Scalar {
  const where = 'graph.prototypeContrast';
  expectShape(where, nodes, [clusters.length, 'F']);
  expectShape(where, centres, ['K', nodes.shape[1]]);
  expectNumber(where, 'temperature', temperature, Number.MIN_VALUE);
  Array.from(clusters).forEach((cluster) => expectInteger(where, 'clusters', cluster, 0, centres.shape[0] - 1));
  return tf.tidy(() => {
    const unit = (rows: tf.Tensor2D): tf.Tensor2D => rows.div(rows.square().sum(1, true).sqrt().maximum(1e-12));
    const logits = tf.matMul(unit(nodes), unit(centres), false, true).div<tf.Tensor2D>(temperature);
    return crossEntropy(logits, tf.tensor1d(Int32Array.from(clusters), 'int32')).mean<tf.Scalar>();
  });
}
