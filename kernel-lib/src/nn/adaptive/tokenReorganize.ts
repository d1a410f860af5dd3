import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail, Module, showShape, sizeOf } from '../../base/core';
import type { Context, CostShape, Size } from '../../base/core';
import { ceil } from '../../base/math';
import * as ops from '../../base/ops';
import { betweenSpecs, CLASS_ATTENTION } from '../layers';
import type { BetweenSpec } from '../layers';
import { oneHot } from '../routers/parts/oneHot';

/** Options of `adaptive.tokenReorganize`. */
export interface TokenReorganizeOptions {
  /** Share of the tokens, the class token aside, that go on; above 0, at most 1. */
  keepRate: number;
  /** Blocks that reorganize, from 0. */
  layers: readonly number[];
  /** Keeps the others as one token, their sum weighted by attention; else they are lost. Default true. */
  fuse?: boolean;
}

/**
 * Between attention and feed-forward network, keeps the `ceil(keepRate n)` of n tokens that the class token attends to most, and fuses
 * the rest into one (EViT, arXiv 2202.07800): then n is that and 1, and in the next block that reorganizes the fused token is one of them.
 * No parameters. Where none is left out, nothing changes. Which tokens go on is published as events of the kind "tokens". For `models.vit`:
 * `reorganize: adaptive.tokenReorganize({ keepRate: 0.5, layers: [1, 2] })`.
 *
 * @returns What stands between attention and feed-forward network of those blocks.
 */
export function tokenReorganize(options: TokenReorganizeOptions): BetweenSpec {
  const { keepRate, layers, fuse = true } = options;
  expectNumber('adaptive.tokenReorganize', 'keepRate', keepRate, Number.EPSILON, 1);
  layers.forEach((layer) => expectInteger('adaptive.tokenReorganize', 'layers', layer, 0));
  return {
    kind: 'token-reorganizer',
    options: { keepRate, layers: [...layers], fuse },
    build: ({ block, width }) => (layers.includes(block) ? new TokenReorganizer(keepRate, fuse, width) : null)
  };
}

/** See {@link tokenReorganize}. Tokens [B, N, D], the class token first, to [B, M, D]. */
export class TokenReorganizer extends Module {
  readonly kind = 'token-reorganizer';

  constructor(
    private readonly keepRate: number,
    private readonly fuse: boolean,
    private readonly width: Size
  ) {
    super();
  }

  override lengthAfter(length: number): number {
    const kept = this.keptOf(length - 1);
    return 1 + kept + (this.fuse && kept < length - 1 ? 1 : 0);
  }

  /** Operations on each of the tokens that come: those of the sum. */
  override ownFlops({ length }: CostShape): number {
    const fuses = this.fuse && this.keptOf(length - 1) < length - 1;
    return fuses ? (2 * sizeOf(this.width) * (length - 1)) / length : 0;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const [batch, length, width] = x.shape;
    const kept = this.keptOf(length - 1);
    return tf.tidy(() => {
      const attention = classAttention([batch, length - 1], ctx);
      if (kept === length - 1) {
        return x.clone();
      }
      const { indices } = ops.topK(attention, kept);
      const chosen = ops.withoutGradient(() => oneHot(indices, length - 1).sum<tf.Tensor2D>(1)); // [B, N - 1]
      publish(chosen, attention, this.fuse, ctx);
      const rows = indices.add(tf.range(0, batch, 1, 'int32').mul(length).add(1).expandDims(1));
      const parts = [x.slice([0, 0, 0], [-1, 1, -1]), ops.embed(x.reshape([-1, width]), rows.toInt())];
      if (this.fuse) {
        const rest = attention.mul(chosen.mul(-1).add(1)).expandDims(1);
        parts.push(tf.matMul(rest, x.slice([0, 1, 0], [-1, -1, -1])));
      }
      return tf.concat(parts, 1);
    });
  }

  // A share such as 0.1 of 30 is a little above 3 in floating point; that is still 3.
  private keptOf(tokens: number): number {
    return ceil(this.keepRate * tokens);
  }
}

function classAttention(shape: [number, number], ctx: Context): tf.Tensor2D {
  const attention = ctx.getState(CLASS_ATTENTION);
  return attention?.shape[0] === shape[0] && attention.shape[1] === shape[1]
    ? attention
    : fail(ctx.path, `the pass must hold "${CLASS_ATTENTION.name}" ${showShape(shape)}`, attention && showShape(attention.shape)); // prettier-ignore
}

function publish(chosen: tf.Tensor2D, attention: tf.Tensor2D, fuse: boolean, ctx: Context): void {
  if (!ctx.wants('tokens')) {
    return;
  }
  const [batchSize, length] = attention.shape;
  const values = ops.read(() => tf.concat1d([chosen.flatten(), attention.flatten()])) as Float32Array;
  const kept = Uint8Array.from(values.subarray(0, chosen.size));
  const record = { path: ctx.path, batchSize, length, kept, scores: values.slice(chosen.size) };
  ctx.publish({ kind: 'tokens', ...record, rest: fuse ? 'merged' : 'dropped' });
}

betweenSpecs.register('token-reorganizer', tokenReorganize);
