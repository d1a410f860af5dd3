import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { sparseMatMul } from '../../base/ops';
import type { SparsePattern } from '../../base/ops';
import { compressRows } from './sparseMatrix';

/** A matrix in compressed rows, ready to be multiplied. Owns its tensor; dispose it. */
export interface PackedSparse {
  /** Where its values stand. */
  readonly pattern: SparsePattern;
  /** Its values that are not 0, output by output; [V]. */
  readonly values: tf.Tensor1D;
  /** Bytes of values and places. */
  readonly bytes: number;
  /** Rows [R, inputs] to [R, outputs]: what the masked matrix gives. Gradients reach the rows, and `values` where they are a variable. */
  multiply(x: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

const WHERE = 'prune.packSparse';

/**
 * Packs a matrix that was masked into compressed rows: what is 0 is neither stored nor multiplied. On a CPU a product pays from some 80 % of zeros on;
 * `npm run bench -- --only pruning` measures it.
 *
 * @throws {SwitchyardError} where there is no such parameter, it is no matrix, or nothing of it is left.
 */
export function packSparse(model: Module, path: string): PackedSparse {
  const parameter = model.parameters().get(path) ?? fail(WHERE, 'path must be of a parameter', path);
  const [weights, shape] = tf.tidy(() => {
    const value = parameter.read();
    return [value.dataSync<'float32'>().slice(), value.shape] as const;
  });
  if (shape.length !== 2) {
    fail(WHERE, `"${path}" must be a matrix`, shape);
  }
  const { values, ...pattern } = compressRows(weights, shape[0]);
  if (values.length === 0) {
    fail(WHERE, `something of "${path}" must be left`, 'zeros alone');
  }
  const kept = tf.variable(tf.tensor1d(values));
  return {
    ...{ pattern, values: kept, bytes: 4 * (2 * values.length + pattern.starts.length) },
    multiply: (x) => sparseMatMul(x, kept, pattern),
    dispose: () => kept.dispose()
  };
}
