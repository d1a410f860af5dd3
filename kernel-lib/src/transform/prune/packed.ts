import type { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { read } from '../../base/ops';

/** A matrix that is multiplied without its zeros. Owns its tensors; dispose it. */
export interface Packed {
  /** Its values; zeros only where a block or a pattern holds some. A variable, to which gradients come. */
  readonly values: tf.Tensor;
  /** Bytes of values and places. */
  readonly bytes: number;
  /** Multiplications on a row. */
  readonly multiplications: number;
  /** Rows [R, inputs] to [R, outputs]: what the masked matrix gives. Gradients reach the rows, and the values. */
  multiply(x: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

/** A matrix [inputs, outputs] on the host, row by row. */
export interface HostMatrix {
  weights: Float32Array;
  inputs: number;
  outputs: number;
}

/**
 * The values of a parameter as they are read.
 *
 * @throws {SwitchyardError} where there is no such parameter, or it is no matrix.
 */
export function matrixAt(where: string, model: Module, path: string): HostMatrix {
  const parameter = model.parameters().get(path) ?? fail(where, 'path must be of a parameter', path);
  const shape = parameter.axes.map(({ size }) => size);
  if (shape.length !== 2) {
    fail(where, `"${path}" must be a matrix`, shape);
  }
  // A copy, since what is read may be the parameter's own.
  return { weights: read(() => parameter.read().clone()) as Float32Array, inputs: shape[0], outputs: shape[1] };
}
