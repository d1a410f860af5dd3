import { executeSingle, hasCustomOps, tf } from '../../backend';
import type { CompressedRows } from '../../graph';
import { blocksOf, int32, rowOf } from './rows';

/** Values that are stored at a time where TensorFlow's own ops are composed. */
const STORED = 1 << 20;

/** Of each edge the product of rows of a [S, F] at its neighbour and of b [R, F] at its row, summed over F / H features of each head; [M, H]. Off the tape. */
export function edgeDots(a: tf.Tensor2D, b: tf.Tensor2D, heads: number, rows: CompressedRows): tf.Tensor2D {
  const { starts, neighbours } = rows;
  if (hasCustomOps()) {
    return executeSingle('SwitchyardGraphDot', { heads }, [a, b, int32(starts), int32(neighbours)]) as tf.Tensor2D;
  }
  const width = a.shape[1];
  if (neighbours.length === 0 || width === 0) {
    return tf.zeros([neighbours.length, heads]);
  }
  const own = rowOf(rows);
  const parts = blocksOf(neighbours.length, Math.max(1, Math.floor(STORED / width))).map(([from, size]) =>
    tf.tidy(() => {
      const read = (x: tf.Tensor2D, at: Int32Array): tf.Tensor2D => tf.gather(x, int32(at.subarray(from, from + size)));
      return read(a, neighbours)
        .mul(read(b, own))
        .reshape([size, heads, width / heads])
        .sum<tf.Tensor2D>(2);
    })
  );
  return parts.length === 1 ? parts[0] : tf.concat(parts, 0);
}
