import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { holdPattern, sparseMatMul } from '../../base/ops';
import type { SparsePattern } from '../../base/ops';
import { matrixAt } from './packed';
import type { HostMatrix, Packed } from './packed';
import { expectBlock } from './sparseBlocks';
import type { Block } from './sparseBlocks';
import { compressRows } from './sparseMatrix';

/** A matrix in compressed rows, ready to be multiplied. Owns its tensors; dispose it. */
export interface PackedSparse extends Packed {
  /** Where its values stand. */
  readonly pattern: SparsePattern;
  /** Its values that are not 0, output by output; [V], or blocks [V, I, O]. */
  readonly values: tf.Tensor1D | tf.Tensor3D;
}

/** Options of `prune.packSparse`. */
export interface PackSparseOptions {
  /** Packs whole blocks, of which something is left: what `prune.unstructured({ block })` and `prune.groupPattern` leave. Default: single values. */
  block?: Block;
}

const WHERE = 'prune.packSparse';

/**
 * Packs a matrix that was masked into compressed rows: what is 0 is neither stored nor multiplied. On a CPU a product of single values pays from some 80 % of zeros
 * on, one of blocks far earlier; `npm run bench -- --only pruning` measures it.
 *
 * @throws {SwitchyardError} where there is no such parameter, it is no matrix, a block does not divide it, or nothing of it is left.
 */
export function packSparse(model: Module, path: string, { block }: PackSparseOptions = {}): PackedSparse {
  const matrix = matrixAt(WHERE, model, path);
  if (block !== undefined) {
    expectBlock(WHERE, block, path, [matrix.inputs, matrix.outputs]);
  }
  if (matrix.weights.every((value) => value === 0)) {
    fail(WHERE, `something of "${path}" must be left`, 'zeros alone');
  }
  return packRows(matrix, block);
}

/** As {@link packSparse}, from a matrix of which something is left. */
export function packRows({ weights, inputs, outputs }: HostMatrix, block?: Block): PackedSparse {
  const compressed = block === undefined ? compressRows(weights, inputs) : compressBlocks({ weights, inputs, outputs }, block); // prettier-ignore
  const { values, ...rest } = compressed;
  const pattern = holdPattern(rest);
  const count = pattern.columns.length;
  const kept = tf.tidy(() => tf.variable(tf.tensor(values, block === undefined ? [count] : [count, block.inputs, block.outputs]))) as PackedSparse['values']; // prettier-ignore
  return {
    ...{ pattern, values: kept, multiplications: values.length },
    bytes: 4 * (values.length + count + pattern.starts.length),
    multiply: (x) => sparseMatMul(x, kept, pattern),
    dispose: () => {
      kept.dispose();
      pattern.dispose();
    }
  };
}

/** Blocks of which something is not 0, with their places. */
export function compressBlocks(
  { weights, inputs, outputs }: HostMatrix,
  block: Block
): SparsePattern & { values: Float32Array } {
  const starts = new Int32Array(outputs / block.outputs + 1);
  const [columns, values]: number[][] = [[], []];
  for (let row = 0; row < outputs / block.outputs; row++) {
    for (let column = 0; column < inputs / block.inputs; column++) {
      const before = values.length;
      let some = false;
      for (let i = 0; i < block.inputs; i++) {
        const first = (column * block.inputs + i) * outputs + row * block.outputs;
        for (let at = first; at < first + block.outputs; at++) {
          values.push(weights[at]);
          some ||= weights[at] !== 0;
        }
      }
      if (some) {
        columns.push(column);
      } else {
        values.length = before;
      }
    }
    starts[row + 1] = columns.length;
  }
  return { inputs, outputs, block, starts, columns: Int32Array.from(columns), values: Float32Array.from(values) };
}
