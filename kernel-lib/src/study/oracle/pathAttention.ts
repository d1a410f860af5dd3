import type { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Context } from '../../base/core';
import type { PathModel } from '../../nn/adaptive/pathModel';
import { CausalSelfAttention, GroupedAttention } from '../../nn/layers';

/** Attention whose parts are known: {@link headsOf}. */
export type PathAttention = CausalSelfAttention | GroupedAttention;

/** Of every head, [B, heads, R, D / heads]: queries, which are scaled, keys and values. */
export type HeadValues = Record<'query' | 'key' | 'value', tf.Tensor>;

/** The attention of each block; [L]. */
export function pathAttentions(model: PathModel): PathAttention[] {
  const modules = model.modules();
  return model.options.feedForwards.map((_, i) => {
    const attention = modules.get(`layers.${i}.attention`);
    return attention instanceof CausalSelfAttention || attention instanceof GroupedAttention
      ? attention
      : fail('adaptive.pathLosses', 'attention must be causal self-attention, or grouped', attention?.kind);
  });
}

/**
 * Queries, keys and values of rows [B, R, D], by head.
 *
 * @param variants - Rows, one after the other, that stand at one place.
 */
export function headsOf(
  model: PathModel,
  attention: PathAttention,
  x: tf.Tensor,
  { ctx, variants }: { ctx: Context; variants: number }
): HeadValues {
  if (attention instanceof GroupedAttention) {
    return attention.headsOf(x, ctx, variants);
  }
  const [batch, rows] = x.shape;
  const all = attention.qkv.apply(x, ctx.within('qkv'));
  const [query, key, value] = all
    .reshape([batch, rows!, 3, model.options.heads, -1])
    .transpose([2, 0, 3, 1, 4])
    .unstack();
  return { query: query.mul(1 / Math.sqrt(query.shape[3]!)), key, value };
}
