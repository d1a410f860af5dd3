import { executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype, expectShape } from '../core';
import { compressRows } from '../graph';
import { withGradient } from './gradient';
import { segmentSum } from './segmentSum';

/** Where the values of a sparse matrix [D, P] stand: of each output the inputs that count, ascending. */
export interface SparsePattern {
  inputs: number;
  outputs: number;
  /** Where the values of each output begin, and where the last end; [P + 1]. */
  starts: Int32Array;
  /** Input of each value; [V]. */
  columns: Int32Array;
}

/**
 * Product of rows and a sparse matrix, [R, D] and values [V] to [R, P]: what the matrix with zeros gives, without multiplying them. Gradients reach the rows and the
 * values. One custom op where there are some, else TensorFlow's own.
 *
 * @param x - [R, D].
 * @param values - [V], output by output.
 */
export function sparseMatMul(x: tf.Tensor2D, values: tf.Tensor1D, pattern: SparsePattern): tf.Tensor2D {
  expectShape('ops.sparseMatMul', x, ['R', pattern.inputs]);
  expectShape('ops.sparseMatMul', values, [pattern.columns.length]);
  expectDtype('ops.sparseMatMul', 'x', x, 'float32');
  expectDtype('ops.sparseMatMul', 'values', values, 'float32');
  return hasCustomOps() ? custom(x, values, pattern) : composed(x, values, pattern);
}

function custom(x: tf.Tensor2D, values: tf.Tensor1D, pattern: SparsePattern): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [x, values],
    (save) => {
      save([x, values]);
      return multiply(x, values, pattern);
    },
    (dy, [x, values]) => {
      const { turned, order } = transposed(pattern);
      const moved = tf.gather(values as tf.Tensor1D, tf.tensor1d(order, 'int32'));
      const places = [tf.tensor1d(pattern.columns, 'int32'), tf.tensor1d(pattern.starts, 'int32')];
      return [multiply(dy, moved, turned), executeSingle('SwitchyardSparseOuter', {}, [x, dy, ...places])];
    }
  );
}

function multiply(x: tf.Tensor, values: tf.Tensor, { columns, starts }: SparsePattern): tf.Tensor2D {
  const places = [tf.tensor1d(columns, 'int32'), tf.tensor1d(starts, 'int32')];
  return executeSingle('SwitchyardSparseMatMul', {}, [x, values, ...places]) as tf.Tensor2D;
}

function composed(x: tf.Tensor2D, values: tf.Tensor1D, pattern: SparsePattern): tf.Tensor2D {
  return tf.tidy(() => {
    const parts = tf
      .gather(x.transpose(), tf.tensor1d(pattern.columns, 'int32'))
      .mul<tf.Tensor2D>(values.expandDims(1));
    return segmentSum(parts, tf.tensor1d(outputsOf(pattern), 'int32'), pattern.outputs).transpose() as tf.Tensor2D;
  });
}

/** Output of each value; [V]. */
function outputsOf({ starts, columns, outputs }: SparsePattern): Int32Array {
  const out = new Int32Array(columns.length);
  for (let output = 0; output < outputs; output++) {
    out.fill(output, starts[output], starts[output + 1]);
  }
  return out;
}

const known = new WeakMap<SparsePattern, { turned: SparsePattern; order: Int32Array }>();

/** The pattern of the transposed matrix, and of each of its values the place in this one. */
function transposed(pattern: SparsePattern): { turned: SparsePattern; order: Int32Array } {
  const found = known.get(pattern);
  if (found !== undefined) {
    return found;
  }
  const { inputs, outputs, columns } = pattern;
  const { starts, neighbours, edges } = compressRows(inputs, columns, outputsOf(pattern));
  const made = { turned: { inputs: outputs, outputs: inputs, starts, columns: neighbours }, order: edges };
  known.set(pattern, made);
  return made;
}
