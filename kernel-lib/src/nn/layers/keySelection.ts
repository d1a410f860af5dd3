import { tf } from '../../base/backend';
import { withoutGradient } from '../../base/ops';
import { causalMask } from './attend';

/**
 * Of the keys that a query may see, those of largest score, a share `keep` of them, rounded up: scores [B, heads, N, M], of the last N
 * of M positions, to [B, heads, N, M], 1 where a key is chosen. Of equal scores the earlier key is. No gradient.
 */
export function largestKeys(scores: tf.Tensor, keep: number): tf.Tensor {
  return withoutGradient(() => {
    const [queries, keys] = scores.shape.slice(-2);
    // 1 more than its place, for the first of the queries is one of the last.
    const visible = tf.range(keys - queries + 1, keys + 1);
    const count = visible.mul(keep).sub(1e-4).ceil().expandDims(1);
    const order = tf.topk(scores.add(causalMask(queries, keys)), keys).indices;
    // The place of each key in that order.
    const place = tf.topk(order.toFloat().neg(), keys).indices;
    return place.toFloat().less(count).toFloat();
  });
}
