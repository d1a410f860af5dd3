import { tf } from '../../base/backend';

export interface AttendOptions {
  heads: number;
  /** A position sees itself and those before it; else, all see all. Default true. */
  causal?: boolean;
  /** Changes the probabilities, [B, heads, N, M]: dropout. Default: nothing. */
  drop?: (probs: tf.Tensor) => tf.Tensor;
  /**
   * Which keys a query sees of those that it may, from queries [B, heads, N, D / heads] and keys [B, heads, M, D / heads]:
   * [B, heads, N, M], 0 where it does and -Infinity elsewhere. Default: all.
   */
  select?: (query: tf.Tensor4D, key: tf.Tensor4D) => tf.Tensor;
}

/**
 * Attention between what was projected (arXiv 1706.03762): queries [B, N, D] of the last N of M positions, keys and values
 * [B, M, D]; [B, N, D]. Call it within a tidy.
 */
export function attend(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, options: AttendOptions): tf.Tensor {
  const { heads, causal = true, drop = (probs) => probs, select } = options;
  const [batch, length, width] = query.shape;
  const [q, k, v] = [query, key, value].map((x) => splitHeads(x, heads));
  const all = tf.matMul(q.mul(1 / Math.sqrt(width / heads)), k, false, true);
  const scores = causal ? all.add(causalMask(length, k.shape[2])) : all;
  const probs = tf.softmax(select === undefined ? scores : scores.add(select(q, k)));
  return tf.matMul(drop(probs), v).transpose([0, 2, 1, 3]).reshape([batch, length, width]);
}

/** [B, N, D] to [B, heads, N, D / heads]. */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor4D {
  const [batch, length, width] = x.shape;
  return x.reshape([batch, length, heads, width / heads]).transpose<tf.Tensor4D>([0, 2, 1, 3]);
}

/** 0 where query i, one of the last N positions, may see position j, and -Infinity elsewhere; [N, M]. */
export function causalMask(queries: number, keys: number): tf.Tensor2D {
  const position = tf.range(keys - queries, keys).expandDims(1);
  return tf.where(tf.range(0, keys).expandDims(0).greater(position), -Infinity, 0) as tf.Tensor2D;
}
