import { tf } from '../../../base/backend';
import { expectNumber, expectOneOf, given } from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { edgeDifference } from '../../../base/ops/graph';

/** Options of `graph.pLaplacianWeights`. */
export interface PLaplacianOptions {
  /** Power, 1 or more: below 2 edges between what differs count less. */
  p: number;
  /** Distance of the ends: "l2", or the sum of absolute differences, "l1". Default "l2". */
  distance?: 'l1' | 'l2';
  /** Least distance, so that weights stay finite below p = 2. Default 1e-3. */
  floor?: number;
}

/**
 * Weights of the p-Laplacian's edges, [M, 1]: `w |x_source - x_target|^(p - 2)` of what the nodes hold, x [N, F], with w the graph's. They are the gradient of the p-th power of the differences, and w itself at p = 2. A row
 * is made for each edge; gradients reach x.
 */
export function pLaplacianWeights(x: tf.Tensor2D, graph: Graph, options: PLaplacianOptions): tf.Tensor2D {
  const { p, distance = 'l2', floor = 1e-3 } = given('graph.pLaplacianWeights', options);
  const where = 'graph.pLaplacianWeights';
  expectNumber(where, 'p', p, 1);
  expectNumber(where, 'floor', floor, Number.MIN_VALUE);
  expectOneOf(where, 'distance', distance, ['l1', 'l2']);
  return tf.tidy(() => {
    const difference = edgeDifference(x, x, graph);
    const far =
      distance === 'l1'
        ? difference.abs().sum(1, true).maximum(floor)
        : difference.square().sum(1, true).maximum(floor ** 2).sqrt(); // prettier-ignore
    const weights = tf.tensor2d(graph.weights ?? new Float32Array(graph.numEdges).fill(1), [graph.numEdges, 1]);
    return far.pow(p - 2).mul(weights);
  });
}
