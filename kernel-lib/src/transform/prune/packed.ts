import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { read } from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';

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

/** Rows [R, inputs] of each expert, sorted by expert, times its matrix: packed, or, where it is null, as it is in the bank. At least one row. */
export function multiplyPacked(
  rows: tf.Tensor2D,
  matrices: readonly (Packed | null)[],
  { offsets, counts }: DispatchPlan,
  bank: () => tf.Tensor3D
): tf.Tensor2D {
  return tf.tidy(() => {
    const used = Array.from(matrices.keys()).filter((expert) => counts[expert] > 0);
    const parts = used.map((expert) => {
      const own = rows.slice([offsets[expert], 0], [counts[expert], -1]);
      const whole = (): tf.Tensor2D => bank().slice([expert, 0, 0], [1, -1, -1]).squeeze([0]);
      return matrices[expert]?.multiply(own) ?? tf.matMul<tf.Tensor2D>(own, whole());
    });
    return parts.length === 1 ? parts[0] : tf.concat(parts);
  });
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
  return matricesOf(parameter)[0];
}

/** The matrices of a parameter [..., inputs, outputs] as they are read. */
export function matricesOf(parameter: Parameter): HostMatrix[] {
  const [inputs, outputs] = parameter.axes.slice(-2).map(({ size }) => size);
  // A copy, since what is read may be the parameter's own.
  const all = read(() => parameter.read().clone()) as Float32Array;
  const count = inputs * outputs === 0 ? 0 : all.length / (inputs * outputs);
  return Array.from({ length: count }, (_, i) => ({
    ...{ weights: all.subarray(i * inputs * outputs, (i + 1) * inputs * outputs), inputs, outputs }
  }));
}
