import { executeSingle, hasCustomOps, tf } from '../../backend';
import type { CompressedRows } from '../../graph';
import { blocksOf, inOrder, int32, rowOf } from './rows';

/** Values of M edges that are stored at a time where TensorFlow's own ops are composed. */
const STORED = 1 << 22;

/**
 * Sums of the rows of x [S, F] that the edges of each row lead to, [R, F], each times its weight of [W, H], for F / H features each; null: 1. Off the tape. Composed of TensorFlow's own ops it goes
 * by columns, so that rows of all edges are never there at once.
 */
export function rowSums(x: tf.Tensor2D, weights: tf.Tensor2D | null, rows: CompressedRows): tf.Tensor2D {
  const { starts, neighbours, edges } = rows;
  if (hasCustomOps()) {
    const places = [int32(starts), int32(neighbours), int32(weights === null || inOrder(rows) ? [] : edges)];
    return executeSingle('SwitchyardGraphSum', {}, [x, weights ?? tf.zeros([0, 0]), ...places]) as tf.Tensor2D;
  }
  const width = x.shape[1];
  const count = starts.length - 1;
  if (neighbours.length === 0 || count === 0 || width === 0) {
    return tf.zeros([count, width]);
  }
  const heads = weights?.shape[1] ?? 1;
  const by = weights === null ? null : tf.gather(weights, int32(edges));
  const own = width / heads;
  const targets = int32(rowOf(rows));
  const step = Math.max(1, Math.floor(STORED / neighbours.length));
  const parts = Array.from({ length: heads }, (_, head) =>
    blocksOf(own, step).map(([from, size]) =>
      tf.tidy(() => {
        const read = tf.gather(x.slice([0, head * own + from], [-1, size]), int32(neighbours));
        const weighed = by === null ? read : read.mul<tf.Tensor2D>(by.slice([0, head], [-1, 1]));
        return tf.unsortedSegmentSum(weighed, targets, count) as tf.Tensor2D;
      })
    )
  ).flat();
  return parts.length === 1 ? parts[0] : tf.concat(parts, 1);
}
