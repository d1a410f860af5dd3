import type { tf } from '../../backend';
import { expectDtype, expectShape, fail } from '../../core';

/** Throws unless x is float32 [rows, F]. */
export function expectRows(where: string, name: string, x: tf.Tensor, rows: number): void {
  expectDtype(where, name, x, 'float32');
  expectShape(where, x, [rows, 'F']);
}

/** Weights of M edges as float32 [M, H], of [M] or [M, H], with H that divides the features. */
export function edgeWeights(where: string, weights: tf.Tensor, numEdges: number, width: number): tf.Tensor2D {
  expectDtype(where, 'weights', weights, 'float32');
  expectShape(where, weights, weights.rank === 1 ? [numEdges] : [numEdges, 'H']);
  const all = (weights.rank === 1 ? weights.reshape([numEdges, 1]) : weights) as tf.Tensor2D;
  const heads = all.shape[1];
  return heads > 0 && width % heads === 0 ? all : fail(where, `heads of weights must divide ${width} features`, heads);
}
