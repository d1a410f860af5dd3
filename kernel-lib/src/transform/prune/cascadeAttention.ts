import { tf } from '../../base/backend';
import type { Context } from '../../base/core';
import { ceil } from '../../base/math';
import { embed } from '../../base/ops';
import { attendHeads, causalMask, CausalSelfAttention } from '../../nn/layers';
import { splitHeads } from '../../nn/layers/attend';
import type { SelfAttention } from '../../nn/layers';
import { splitCodes } from '../compress/splitCodes';
import type { SplitCodesOptions } from '../compress/splitCodes';

/** Queries and keys in leading bits first; a query reads the bits that follow where its largest probability is below `confidence`. */
export interface ProgressiveOptions extends SplitCodesOptions {
  confidence: number;
}

/** Tokens and heads of a pass that are left, by sequence, each in ascending order: [B, M] and [B, G]. */
export interface Live {
  tokens: number[][];
  heads: number[][];
}

/** Output of one attention, and the scores that it gives. */
export interface Seen {
  /** [B, N, D], 0 at tokens that are gone. */
  output: tf.Tensor;
  /** Sum over live heads and queries of each live token's probability; [B, M]. */
  received: number[][];
  /** Sum over live tokens of the size of each live head's output; [B, G]. */
  sizes: number[][];
  /** Queries that read the bits that follow, and all; live heads and tokens alone. */
  refetched: { count: number; all: number };
}

/** Rows of [B, N, ...], of each sequence its own; [B, M, ...]. */
export function takeRows(x: tf.Tensor, rows: readonly number[][]): tf.Tensor {
  const [batch, count, ...rest] = x.shape;
  const flat = tf.tensor2d(rows.map((own, b) => own.map((row) => b * count + row)), [batch, rows[0].length], 'int32'); // prettier-ignore
  return embed(x.reshape([batch * count, -1]), flat).reshape([batch, rows[0].length, ...rest]);
}

/** The way back: rows [B, M, ...] at their places among `count`, 0 elsewhere; [B, N, ...]. */
export function placeRows(x: tf.Tensor, rows: readonly number[][], count: number): tf.Tensor {
  const [batch, , ...rest] = x.shape;
  const width = rest.reduce((a, b) => a * b, 1);
  const places = rows.flatMap((own, b) => own.map((row) => [b * count + row]));
  return tf
    .scatterND(tf.tensor2d(places, [places.length, 1], 'int32'), x.reshape([-1, width]), [batch * count, width])
    .reshape([batch, count, ...rest]);
}

/** Attention among the tokens and by the heads that are left; what is gone takes no part, and nothing is computed for it. */
export function cascadeAttention(
  attention: SelfAttention,
  x: tf.Tensor,
  { tokens, heads }: Live,
  { keepValues, progressive, ctx }: { keepValues: number; progressive: ProgressiveOptions | null; ctx: Context }
): Seen {
  const [batch, length] = x.shape;
  const all = attention.heads;
  const live = tokens[0].length === length ? x : takeRows(x, tokens);
  const [q, k, v] = tf.split(attention.qkv.apply(live, ctx.within('qkv')), 3, 2).map((each) => {
    const split = splitHeads(each, all);
    return heads[0].length === all ? split : (takeRows(split, heads) as tf.Tensor4D);
  });
  const mask = attention instanceof CausalSelfAttention ? causalMask(tokens[0].length, tokens[0].length) : undefined;
  const codes = progressive === null ? null : [q, k].map((each) => splitCodes(each, progressive));
  let refetched = { count: 0, all: 0 };
  let received: number[][] = [];
  const drop = (fine: tf.Tensor): tf.Tensor => {
    let probs = fine;
    if (codes !== null) {
      const scores = tf.matMul(codes[0].coarse.div(Math.sqrt(q.shape[3])), codes[1].coarse, false, true);
      const coarse = tf.softmax(mask === undefined ? scores : scores.add(mask));
      const sure = coarse.max(-1, true).greaterEqual(progressive!.confidence);
      refetched = { count: sure.size - sure.toFloat().sum().dataSync()[0], all: sure.size };
      probs = tf.where(sure, coarse, fine);
    }
    received = probs.sum([1, 2]).arraySync() as number[][];
    return keepValues === 1 ? probs : largest(probs, keepValues);
  };
  const mixed = attendHeads(codes?.[0].fine ?? q, codes?.[1].fine ?? k, v, { mask, drop });
  const byHead = mixed.reshape([batch, tokens[0].length, heads[0].length, -1]);
  const sizes = byHead.abs().sum([1, 3]).arraySync() as number[][];
  const whole = heads[0].length === all ? mixed : placeRows(byHead.transpose([0, 2, 1, 3]), heads, all).transpose([0, 2, 1, 3]).reshape([batch, tokens[0].length, -1]); // prettier-ignore
  const out = attention.output.apply(whole, ctx.within('output'));
  return { output: live === x ? out : placeRows(out, tokens, length), received, sizes, refetched };
}

/** The largest probabilities of each query, a share of the keys rounded up; the others are 0, of equal ones all stay. */
function largest(probs: tf.Tensor, share: number): tf.Tensor {
  const count = ceil(share * probs.shape.at(-1)!);
  const least = tf.topk(probs, count).values.min(-1, true);
  return probs.mul(probs.greaterEqual(least).toFloat());
}
