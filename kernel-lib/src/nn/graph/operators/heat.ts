import { tf } from '../../../base/backend';
import { expectInteger, expectShape, given } from '../../../base/core';
import { type Graph, loopedOf, symmetricOf } from '../../../base/graph';
import { neighbourSum } from '../../../base/ops/graph';
import { chebyshevRecurrence } from './chebyshev';

/** Times of a diffusion and the polynomial that stands for it. */
export interface HeatOptions {
  /** Time of each feature, [F], 0 or more; it has a gradient. */
  time: tf.Tensor1D;
  /** Weight of each feature's derivative by time, [F]: what is given is `exp(-tL) x + weight * d/dt exp(-tL) x`. Default: none. */
  derivative?: tf.Tensor1D;
  /** Highest Chebyshev polynomial of the adjacency. The error is below 1e-5 where it is at least `3 + 5 sqrt(t)`; at t = 0 it is exact from order 1. Default 20. */
  order?: number;
}

/**
 * Heat kernel `exp(-t L)` times x, [N, F] to [N, F], with a time for each feature and `L = I - A`, A as in {@link GCN}, loops included. A Chebyshev series in A, whose coefficients (scaled Bessel functions) are integrals by the
 * trapezoidal rule: smooth functions of the times, with gradients to them and to x.
 */
export function heatKernel(x: tf.Tensor2D, graph: Graph, options: HeatOptions): tf.Tensor2D {
  const { time, derivative, order = 20 } = given('graph.heatKernel', options);
  const where = 'graph.heatKernel';
  expectInteger(where, 'order', order, 1);
  expectShape(where, x, [graph.numNodes, 'F']);
  [time, derivative ?? time].forEach((each) => expectShape(where, each, [x.shape[1]]));
  return tf.tidy(() => {
    const looped = loopedOf(graph);
    const adjacency = (y: tf.Tensor2D): tf.Tensor2D => neighbourSum(y, looped, symmetricOf(looped));
    const terms = chebyshevRecurrence(x, adjacency, order);
    const factors = tf.split(coefficients(time, derivative, order), order + 1);
    return tf.addN(terms.map((term, k) => term.mul(factors[k]))) as tf.Tensor2D;
  });
}

/** Coefficients of T_0 .. T_order in a of `exp(-t (1 - a))` and its derivative by t, [order + 1, F]: means over the angles of a = cos(angle), exact for polynomials below twice as many angles. */
function coefficients(time: tf.Tensor1D, derivative: tf.Tensor1D | undefined, order: number): tf.Tensor {
  const count = 2 * (order + 1);
  const angles = Array.from({ length: count }, (_, i) => (Math.PI * (i + 0.5)) / count);
  const fall = tf.tensor2d(angles.map((angle) => [Math.cos(angle) - 1]));
  const values = fall.mul(time.expandDims(0)).exp();
  const all = derivative === undefined ? values : values.mul(fall.mul(derivative.expandDims(0)).add(1));
  const waves = Array.from({ length: order + 1 }, (_, k) => angles.map((angle) => ((k === 0 ? 1 : 2) * Math.cos(k * angle)) / count)); // prettier-ignore
  return tf.matMul(tf.tensor2d(waves), all as tf.Tensor2D);
}
