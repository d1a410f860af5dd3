import { tf } from '../backend';
import { expectDtype, expectInteger, expectShape } from '../core';
import { withGradient } from './gradient';

/**
 * Sums rows by segment: `out[s] = sum of x[r] where ids[r] = s`; [S, D]. Rows are added in order, so the CPU gives
 * the same bits each time.
 *
 * @param x - [R, D].
 * @param ids - Segment of each row, 0..S-1 in any order; int32 [R]. No gradient.
 * @param numSegments - S.
 */
export function segmentSum(x: tf.Tensor2D, ids: tf.Tensor1D, numSegments: number): tf.Tensor2D {
  expectShape('ops.segmentSum', x, ['R', 'D']);
  expectShape('ops.segmentSum', ids, [x.shape[0]]);
  expectDtype('ops.segmentSum', 'x', x, 'float32');
  expectDtype('ops.segmentSum', 'ids', ids, 'int32');
  expectInteger('ops.segmentSum', 'numSegments', numSegments, 1);
  return withGradient<tf.Tensor2D>(
    [x],
    (save) => {
      save([ids]);
      return tf.unsortedSegmentSum(x, ids, numSegments);
    },
    (dy, [ids]) => [tf.gather(dy, ids as tf.Tensor1D)]
  );
}
