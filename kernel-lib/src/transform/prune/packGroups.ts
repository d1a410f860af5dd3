import { tf } from '../../base/backend';
import { expectInteger, fail } from '../../base/core';
import type { Module } from '../../base/core';

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
  const [values, outputs] = tf.tidy(() => {
    const value = parameter.read();
    return [value.dataSync<'float32'>().slice(), value.shape.at(-1)!] as const;
  });
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
  const packed = inputs.length * groupSize;
  const weights = new Float32Array(packed);
  inputs.forEach((input, at) => {
    const first = input * outputs + Math.floor(at / count) * groupSize;
    weights.set(values.subarray(first, first + groupSize), at * groupSize);
  });
  const tensor = tf.tensor3d(weights, [groups, count, groupSize]);
  return {
    ...{ inputs, weights: tensor, multiplications: packed },
    multiply: (x) =>
      tf.tidy(() => {
        const read = tf.gather(x, tf.tensor1d(inputs, 'int32'), 1).reshape([-1, groups, count]);
        const y = tf.matMul(read.transpose([1, 0, 2]), tensor);
        return y.transpose([1, 0, 2]).reshape([-1, outputs]);
      }),
    dispose: () => tensor.dispose()
  };
}

const WHERE = 'prune.packGroups';
