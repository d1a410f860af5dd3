import type { tf } from '../../base/backend';
import { expectInteger, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { read } from '../../base/ops';
import { packRows } from './packSparse';

/** A matrix of group sparsity without what is 0. Owns its tensor; dispose it. */
export interface PackedGroups {
  /** Inputs that each group of outputs reads; [groups x kept]. */
  readonly inputs: Int32Array;
  /** Their weights; [groups, kept, groupSize]. */
  readonly weights: tf.Tensor3D;
  /** Multiplications on a row. */
  readonly multiplications: number;
  /** Rows [R, inputs] to [R, outputs]: what the masked matrix gives. */
  multiply(x: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

/**
 * Packs a matrix that `prune.groupPattern` masked, kernels as matrices of all that is under them: a dense product for each group, on the inputs that it reads.
 *
 * @throws {SwitchyardError} where there is no such parameter, the size does not divide its outputs, or outputs of a group read other numbers of inputs.
 */
export function packGroups(model: Module, path: string, groupSize = 4): PackedGroups {
  const parameter = model.parameters().get(path) ?? fail(WHERE, 'path must be of a parameter', path);
  const values = read(() => parameter.read().clone()) as Float32Array;
  const outputs = parameter.axes.at(-1)!.size;
  expectInteger(WHERE, 'groupSize', groupSize, 1);
  if (outputs % groupSize !== 0) {
    fail(WHERE, `groupSize must divide the outputs of "${path}" (${outputs})`, groupSize);
  }
  const groups = outputs / groupSize;
  const rows = values.length / outputs;
  const kept = Array.from({ length: groups }, (_, group) =>
    Array.from({ length: rows }, (_unused, input) => input).filter(
      (input) =>
      values.subarray(input * outputs + group * groupSize, input * outputs + (group + 1) * groupSize).some((value) => value !== 0) // prettier-ignore
    )
  );
  const count = Math.max(...kept.map(({ length }) => length));
  const uneven = kept.find(({ length }) => length !== count);
  if (uneven !== undefined) {
    fail(WHERE, `groups must read as many inputs each (${count})`, uneven.length);
  }
  const inputs = Int32Array.from(kept.flat());
  const packed = packRows({ weights: values, inputs: rows, outputs }, { inputs: 1, outputs: groupSize });
  const weights = packed.values.reshape<tf.Tensor3D>([groups, count, groupSize]);
  return {
    ...{ inputs, weights, multiplications: packed.multiplications, multiply: packed.multiply },
    dispose: () => {
      weights.dispose();
      packed.dispose();
    }
  };
}

const WHERE = 'prune.packGroups';
