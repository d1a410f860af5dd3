import { executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype, expectShape } from '../core';
import { withGradient } from './gradient';
import { segmentSum } from './segmentSum';
import { blockOf, placesOf, rowsOf, transposed } from './sparsePattern';
import type { SparsePattern } from './sparsePattern';

/** Values of a sparse matrix: [V], or blocks [V, I, O]. */
export type SparseValues = tf.Tensor1D | tf.Tensor3D;

/**
 * Product of rows and a sparse matrix, [R, D] and values [V], or blocks [V, I, O], to [R, P]: what the matrix with zeros gives, without multiplying them. Gradients
 * reach the rows and the values. One custom op where there are some, else TensorFlow's own.
 *
 * @param x - [R, D].
 * @param values - Output by output; of a block the outputs of each input in turn.
 */
export function sparseMatMul(x: tf.Tensor2D, values: SparseValues, pattern: SparsePattern): tf.Tensor2D {
  const where = 'ops.sparseMatMul';
  const { inputs, outputs } = blockOf(pattern);
  const count = pattern.columns.length;
  expectShape(where, x, ['R', pattern.inputs]);
  expectShape(where, values, pattern.block === undefined ? [count] : [count, inputs, outputs]);
  expectDtype(where, 'x', x, 'float32');
  expectDtype(where, 'values', values, 'float32');
  return hasCustomOps() ? custom(x, values, pattern) : composed(x, values, pattern);
}

function custom(x: tf.Tensor2D, values: SparseValues, pattern: SparsePattern): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [x, values],
    (save) => {
      save([x, values]);
      return multiply(x, values, pattern);
    },
    (dy, [x, values]) => {
      const block = blockOf(pattern);
      const { turned, order } = transposed(pattern);
      const moved = tf
        .gather(blocksOf(values as SparseValues, pattern), tf.tensor1d(order, 'int32'))
        .transpose([0, 2, 1]);
      const sizes = { block_inputs: block.inputs, block_outputs: block.outputs };
      const outer = executeSingle('SwitchyardSparseOuter', sizes, [x, dy, ...placesOf(pattern)]);
      return [multiply(dy, moved, turned), outer.reshape(values.shape)];
    }
  );
}

function multiply(x: tf.Tensor, values: tf.Tensor, pattern: SparsePattern): tf.Tensor2D {
  return executeSingle('SwitchyardSparseMatMul', {}, [x, values, ...placesOf(pattern)]) as tf.Tensor2D;
}

/** [V, I, O]. */
function blocksOf(values: SparseValues, pattern: SparsePattern): tf.Tensor3D {
  const { inputs, outputs } = blockOf(pattern);
  return values.reshape([pattern.columns.length, inputs, outputs]);
}

function composed(x: tf.Tensor2D, values: SparseValues, pattern: SparsePattern): tf.Tensor2D {
  const { inputs, outputs } = blockOf(pattern);
  const [rows, count] = [x.shape[0], pattern.columns.length];
  return tf.tidy(() => {
    const turned = x.transpose().reshape([pattern.inputs / inputs, inputs, 1, rows]);
    const read = tf.gather(turned, tf.tensor1d(pattern.columns, 'int32'));
    const parts = read.mul(blocksOf(values, pattern).expandDims(3)).sum<tf.Tensor3D>(1);
    const ids = tf.tensor1d(rowsOf(pattern), 'int32');
    const sums = segmentSum(parts.reshape([count, outputs * rows]), ids, pattern.outputs / outputs);
    return sums.reshape([pattern.outputs, rows]).transpose();
  });
}
