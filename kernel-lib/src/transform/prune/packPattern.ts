import { tf } from '../../base/backend';
import { expectInteger, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { packPlaces, patternMatMul } from '../../base/ops';
import { matrixAt } from './packed';
import type { HostMatrix, Packed } from './packed';

/** An n:m matrix without what is 0. Owns its tensors; dispose it. */
export interface PackedPattern extends Packed {
  /** [inputs / m, n, outputs]. */
  readonly values: tf.Tensor3D;
}

const WHERE = 'prune.packPattern';
/** The largest m that the product takes. */
export const LARGEST_M = 16;

/**
 * Packs a matrix of which each output reads at most n of every m inputs in turn, as `prune.unstructured({ pattern })` leaves it: a value has half a byte of place
 * beside it. `npm run bench -- --only pruning` measures the product.
 *
 * @throws {SwitchyardError} where there is no such parameter, it is no matrix, m is above 16 or does not divide its inputs, or an output reads more.
 */
export function packPattern(model: Module, path: string, { n, m }: { n: number; m: number }): PackedPattern {
  const matrix = matrixAt(WHERE, model, path);
  expectInteger(WHERE, 'm', m, 1, LARGEST_M);
  expectInteger(WHERE, 'n', n, 1, m);
  if (matrix.inputs % m !== 0) {
    fail(WHERE, `m must divide the inputs of "${path}" (${matrix.inputs})`, m);
  }
  const most = mostOfEach(matrix, m);
  if (most > n) {
    fail(WHERE, `an output of "${path}" must read at most ${n} of every ${m} inputs`, most);
  }
  return packOfEach(matrix, { n, m });
}

/** Most inputs that an output reads of m in turn, which divides the inputs; counted until it is above `enough`. */
export function mostOfEach({ weights, inputs, outputs }: HostMatrix, m: number, enough = m): number {
  const counts = new Uint8Array(outputs);
  let most = 0;
  for (let first = 0; first < inputs && most <= enough; first += m) {
    counts.fill(0);
    for (let input = first; input < first + m; input++) {
      for (let output = 0, at = input * outputs; output < outputs; output++, at++) {
        if (weights[at] !== 0 && ++counts[output] > most) {
          most = counts[output];
        }
      }
    }
  }
  return most;
}

/** As {@link packPattern}, from a matrix that fits. */
export function packOfEach(
  { weights, inputs, outputs }: HostMatrix,
  { n, m }: { n: number; m: number }
): PackedPattern {
  const groups = inputs / m;
  const shape: [number, number, number] = [groups, n, outputs];
  // Where an output reads fewer, a 0 at place 0.
  const [values, places] = [new Float32Array(groups * n * outputs), new Uint8Array(groups * n * outputs)];
  const counts = new Uint8Array(outputs);
  for (let input = 0; input < inputs; input++) {
    const [group, place] = [Math.floor(input / m), input % m];
    if (place === 0) {
      counts.fill(0);
    }
    for (let output = 0; output < outputs; output++) {
      const value = weights[input * outputs + output];
      if (value !== 0) {
        const at = (group * n + counts[output]++) * outputs + output;
        values[at] = value;
        places[at] = place;
      }
    }
  }
  const words = packPlaces(places, shape);
  const kept = tf.tidy(() => tf.variable(tf.tensor3d(values, shape)));
  const at = tf.tensor3d(words, [groups, n, Math.ceil(outputs / 8)], 'int32');
  return {
    ...{ values: kept, multiplications: values.length, bytes: 4 * (values.length + words.length) },
    multiply: (x) => patternMatMul(x, kept, at, m),
    dispose: () => tf.dispose([kept, at])
  };
}
