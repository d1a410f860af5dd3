import { tf } from '../../base/backend';
import { fusedAttention, fusedSelfAttention, fusesAttention } from '../../base/ops/fusedAttention';

/** Options of `layers.attendHeads`. */
export interface HeadsOptions {
  /** Factor of the queries. Default: 1 / sqrt of their width. */
  scale?: number;
  /** Added to the scores: 0 where a query sees a key, -Infinity where not; [N, M] or [B, 1, N, M]. Default: nothing. */
  mask?: tf.Tensor;
  /** Changes the probabilities, [B, heads, N, M]: dropout. Default: nothing. */
  drop?: (probs: tf.Tensor) => tf.Tensor;
  /**
   * Which keys a query sees of those that it may, from queries [B, heads, N, D / heads] and keys [B, heads, M, D / heads]:
   * [B, heads, N, M], 0 where it does and -Infinity elsewhere. Default: all.
   */
  select?: (query: tf.Tensor4D, key: tf.Tensor4D) => tf.Tensor;
}

/** Options of `layers.attend`. */
export interface AttendOptions extends Omit<HeadsOptions, 'scale' | 'mask'> {
  heads: number;
  /** A position sees itself and those before it; else, all see all. Default true. */
  causal?: boolean;
}

/**
 * Attention between what was projected (arXiv 1706.03762): queries [B, N, D] of the last N of M positions, keys and values
 * [B, M, D]; [B, N, D]. Call it within a tidy.
 */
export function attend(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, options: AttendOptions): tf.Tensor {
  const { heads, causal = true, ...rest } = options;
  if (isPlain(options)) {
    const scale = Math.sqrt(heads / query.shape[2]!);
    return fusedAttention(query, key, value, { heads, groups: heads, causal, scale });
  }
  const [q, k, v] = [query, key, value].map((x) => splitHeads(x, heads));
  return attendHeads(q, k, v, { ...rest, ...(causal ? { mask: causalMask(q.shape[2], k.shape[2]) } : {}) });
}

/** As {@link attend}, of queries, keys and values in one: [B, N, 3 D]. */
export function attendPacked(qkv: tf.Tensor, options: AttendOptions): tf.Tensor {
  const { heads, causal = true } = options;
  if (isPlain(options)) {
    return fusedSelfAttention(qkv, { heads, groups: heads, causal, scale: Math.sqrt((3 * heads) / qkv.shape[2]!) });
  }
  const [query, key, value] = tf.split(qkv, 3, 2);
  return attend(query, key, value, options);
}

// Nobody wants the probabilities, which one op never has all at once.
function isPlain({ drop, select }: AttendOptions): boolean {
  return drop === undefined && select === undefined && fusesAttention();
}

/**
 * Attention between heads: queries [B, heads, N, W] of the last N of M positions, keys [B, groups, M, W] and values
 * [B, groups, M, U], each group of them for heads / groups of the queries' in turn (grouped queries, arXiv 2305.13245); [B, N, heads x U].
 * Call it within a tidy.
 */
export function attendHeads(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options: HeadsOptions = {}): tf.Tensor {
  const [batch, heads, length, width] = q.shape;
  const [, groups, keys, valueWidth] = v.shape;
  const { scale = 1 / Math.sqrt(width), mask, drop = (probs) => probs, select } = options;
  // The queries that share keys are rows of one product.
  const rows = [batch, groups, (heads / groups) * length];
  const scores = [batch, heads, length, keys];
  const all = tf.matMul(q.mul(scale).reshape([...rows, width]), k, false, true).reshape(scores);
  const seen = mask === undefined ? all : all.add(mask);
  const probs = tf.softmax(select === undefined ? seen : seen.add(select(q, k)));
  const mixed = tf.matMul(drop(probs).reshape([...rows, keys]), v).reshape([batch, heads, length, valueWidth]);
  return mixed.transpose([0, 2, 1, 3]).reshape([batch, length, heads * valueWidth]);
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

/**
 * The causal mask of a position that sees no further back than `window` positions, itself one of them, and none of the padding before
 * a sequence: [N, M], or, with padding, [B, 1, N, M], where a place of the padding sees itself.
 */
export function windowMask(
  queries: number,
  keys: number,
  window: number | null,
  padding: readonly number[] | null
): tf.Tensor {
  const rows = (padding ?? [0]).flatMap((first) =>
    Array.from({ length: queries }, (_, i) => {
      const own = keys - queries + i;
      const begin = Math.max(first, window === null ? 0 : own - window + 1);
      return Array.from({ length: keys }, (_, j) => (j === own || (j < own && j >= begin) ? 0 : -Infinity));
    })
  );
  const values = Float32Array.from(rows.flat());
  return padding === null ? tf.tensor(values, [queries, keys]) : tf.tensor(values, [padding.length, 1, queries, keys]);
}
