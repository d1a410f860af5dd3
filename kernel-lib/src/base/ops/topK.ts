import { executeMultiple, executeSingle, hasCustomOps, isNative, tf } from '../backend';
import { expectDtype, expectInteger, expectShape } from '../core';
import { withGradient, withoutGradient } from './gradient';
import { rowShares } from './rowShares';

/** The K largest values of each row, largest first. */
export interface TopK {
  /** Differentiable; [T, K]. */
  values: tf.Tensor2D;
  /** Column of each value; int32 [T, K]. No gradient. */
  indices: tf.Tensor2D;
}

/**
 * The `k` largest scores of each row of `scores` [T, E], largest first; of equals, the one with the lower index first.
 * NaN ranks as Infinity and stays NaN, so that it is seen and not lost. Scores are float32 or int32.
 *
 * @throws {SwitchyardError} unless `k` is an integer in 1..E.
 */
export function topK(scores: tf.Tensor2D, k: number): TopK {
  expectShape('ops.topK', scores, ['T', 'E']);
  expectDtype('ops.topK', 'scores', scores, 'float32', 'int32');
  expectInteger('ops.topK', 'k', k, 1, scores.shape[1]);
  if (hasCustomOps() && scores.dtype === 'float32') {
    return inOnePass(scores, k);
  }
  const indices = withoutGradient(() => {
    const ordered = scores.dtype === 'int32' ? scores : tf.where(tf.isNaN(scores), Infinity, scores);
    return largest(ordered as tf.Tensor2D, k);
  });
  return { values: takeAlongRows(scores, indices), indices };
}

/**
 * `x[t, indices[t, j]]` for `x` [T, E] and int32 `indices` [T, K], with a gradient for `x`. The indices of a row must
 * differ from each other.
 */
export function takeAlongRows(x: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
  expectShape('ops.takeAlongRows', x, ['T', 'E']);
  expectShape('ops.takeAlongRows', indices, [x.shape[0], 'K']);
  expectDtype('ops.takeAlongRows', 'x', x, 'float32', 'int32');
  expectDtype('ops.takeAlongRows', 'indices', indices, 'int32');
  const { shape } = x;
  return withGradient<tf.Tensor2D>(
    [x],
    (save) => {
      save([indices]);
      return gatherAlongRows(x, indices);
    },
    (dy, [indices]) => [putAlongRows(dy, indices as tf.Tensor2D, shape)]
  );
}

/** @internal Columns of the `k` largest of each row; int32. */
export function largest(rows: tf.Tensor2D, k: number): tf.Tensor2D {
  return rows.size === 0 ? tf.zeros([rows.shape[0], k], 'int32') : (tf.topk(rows, k).indices as tf.Tensor2D);
}

/** {@link topK} of float32 scores that are positive, with the shares that the values of a row have of their sum, as {@link rowShares} gives them. */
export function topKShares(scores: tf.Tensor2D, k: number): TopK & { shares: tf.Tensor2D } {
  if (!hasCustomOps()) {
    const best = topK(scores, k);
    return { ...best, shares: rowShares(best.values) };
  }
  expectShape('ops.topKShares', scores, ['T', 'E']);
  expectDtype('ops.topKShares', 'scores', scores, 'float32');
  expectInteger('ops.topKShares', 'k', k, 1, scores.shape[1]);
  const [best, indices, parts] = executeMultiple('SwitchyardTopKShares', { k }, [scores], 3) as tf.Tensor2D[];
  const values = valuesAt(scores, best, indices);
  const [, columns] = scores.shape;
  const shares = withGradient<tf.Tensor2D>(
    [scores],
    (save) => {
      save([indices, best]);
      return parts;
    },
    (dy, [indices, best]) => [executeSingle('SwitchyardTopKSharesGrad', { columns }, [dy, indices, best])]
  );
  return { values, indices, shares };
}

// The op runs outside the function with the gradient, whose scope would take the indices away.
function inOnePass(scores: tf.Tensor2D, k: number): TopK {
  const [best, indices] = executeMultiple('SwitchyardTopK', { k }, [scores], 2) as tf.Tensor2D[];
  return { values: valuesAt(scores, best, indices), indices };
}

/** `best`, which lies at these columns of the scores, with a gradient for them. */
function valuesAt(scores: tf.Tensor2D, best: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [scores],
    (save) => {
      save([indices]);
      return best;
    },
    (dy, [indices]) => [putAlongRows(dy, indices as tf.Tensor2D, scores.shape)]
  );
}

// The reverse of taking: dy [T, K] at its columns of zeros [T, E].
function putAlongRows(dy: tf.Tensor2D, indices: tf.Tensor2D, shape: [number, number]): tf.Tensor2D {
  const [rows, columns] = shape;
  if (dy.size === 0) {
    return tf.zeros(shape);
  }
  if (hasCustomOps()) {
    return executeSingle('SwitchyardTakeAlongRowsGrad', { columns }, [dy, indices]) as tf.Tensor2D;
  }
  // No two places are the same, so this scatter adds nothing up: it is exact and its order does not matter.
  const places = flatIndices(indices, columns);
  return tf.scatterND(places.expandDims(1), dy.reshape([-1]), [rows * columns]).reshape(shape);
}

// Position of each choice in the flattened [T * E] rows; int32 [T * K].
function flatIndices(indices: tf.Tensor2D, width: number): tf.Tensor1D {
  const rows = tf.range(0, indices.shape[0] * width, width, 'int32');
  return indices.add(rows.expandDims(1)).reshape([-1]);
}

// TensorFlow.js's own gather reads the indices back to the host, to check them.
function gatherAlongRows(x: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
  if (x.size === 0 || indices.size === 0) {
    return tf.zeros(indices.shape, x.dtype);
  }
  if (!isNative()) {
    return tf.gather(x, indices, 1, 1) as tf.Tensor2D;
  }
  const attributes = { Tparams: x.dtype, Tindices: 'int32', Taxis: 'int32', batch_dims: 1 };
  return executeSingle('GatherV2', attributes, [x, indices, tf.scalar(1, 'int32')]) as tf.Tensor2D;
}
