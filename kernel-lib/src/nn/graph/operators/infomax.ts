import { tf } from '../../../base/backend';
import { expectShape, given } from '../../../base/core';

/** Options of `graph.infomax`. */
export interface InfomaxOptions {
  /** Nodes of a pass on shuffled features, [N, F]. */
  corrupted: tf.Tensor2D;
  /** Summary of the graph that they are told apart by, [F]. Default: the sigmoid of the mean of what nodes hold. */
  summary?: tf.Tensor1D;
  /** Discriminator, [F, F]: the score of a node is `h map s`. */
  map: tf.Tensor2D;
}

/**
 * Loss of deep graph infomax (arXiv 1809.10341), nodes [N, F] to a scalar: the mean cross entropy of telling what nodes hold from what they hold on shuffled features, by how it goes with a summary of the whole graph; log 2 of a
 * discriminator that knows nothing.
 *
 * @throws {SwitchyardError} where shapes do not fit.
 */
export function infomax(nodes: tf.Tensor2D, options: InfomaxOptions): tf.Scalar {
  const where = 'graph.infomax';
  const { corrupted, summary, map } = given(where, options);
  expectShape(where, nodes, ['N', 'F']);
  const [, width] = nodes.shape;
  expectShape(where, corrupted, ['M', width]);
  expectShape(where, map, [width, width]);
  return tf.tidy(() => {
    const of = summary ?? nodes.mean<tf.Tensor1D>(0).sigmoid();
    expectShape(where, of, [width]);
    const direction = tf.matMul(map, of.reshape<tf.Tensor2D>([width, 1]));
    const real = tf.matMul(nodes, direction).neg().softplus().mean();
    return real.add(tf.matMul(corrupted, direction).softplus().mean()).div<tf.Scalar>(2);
  });
}
