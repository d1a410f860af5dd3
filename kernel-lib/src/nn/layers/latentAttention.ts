import { tf } from '../../base/backend';
import { Axis, expectInteger, expectShape, Module, sizeOf } from '../../base/core';
import type { Context, CostShape, Random, Size } from '../../base/core';
import { attendHeads, splitHeads } from './attend';
import { whereOf } from './expectWidth';
import { maskOf } from './groupedAttention';
import { Linear } from './linear';
import { RMSNorm } from './norms';
import { rotate } from './rotary';
import { checkRotary, type RotaryOptions } from './rotaryFrequencies';

/** Options of latent attention in a spec. */
export interface LatentAttentionChoices {
  /** Width that keys and values of all heads are made from, R. */
  latentWidth: number;
  /** Width that queries of all heads are made from. Default null: they are made from the token itself. */
  queryLatentWidth?: number | null;
  /** Values of a head's queries and keys that know nothing of positions. */
  plainWidth: number;
  /** Values of a head's queries that are turned by positions, and of the one key that all heads share. */
  turnedWidth: number;
  /** Values of a head. */
  valueWidth: number;
  /** Positions. */
  rotary: RotaryOptions;
  /** Factor of the queries. Default 1 / sqrt(plainWidth + turnedWidth). */
  scale?: number;
  /** Biases of the projections down and of the output. Default false. */
  bias?: boolean;
  /** Of the norms. Default 1e-6. */
  epsilon?: number;
}

export interface LatentAttentionOptions extends LatentAttentionChoices {
  /** D. */
  width: Size;
  heads: number;
  /** Stream for the initial weights. */
  random: Random;
}

/**
 * Causal attention whose keys and values are made from one narrow vector a token (multi-head latent attention of DeepSeek-V2, arXiv
 * 2405.04434, section 2.1): [B, N, D] to [B, N, D]. In a pass with a memory it sees the tokens of earlier passes as well.
 */
export class LatentAttention extends Module {
  readonly kind = 'latent-attention';
  /** It keeps what it needs of earlier tokens in the pass's memory. */
  readonly remembers = true;
  /** [D, queryLatentWidth], with its norm; null where queries are made from the token. */
  readonly queryDown: Linear | null;
  /** [D or queryLatentWidth, heads x (plain + turned)]. */
  readonly query: Linear;
  /** Latent vector, then the shared key; [D, R + turned]. */
  readonly keyValueDown: Linear;
  /** [R, heads x (plain + value)]. */
  readonly keyValue: Linear;
  /** [heads x value, D]. */
  readonly output: Linear;
  private readonly queryNorm: RMSNorm | null;
  private readonly keyValueNorm: RMSNorm;
  private readonly width: Axis;
  private readonly heads: Axis;

  constructor(private readonly options: LatentAttentionOptions) {
    super();
    const where = 'layers.LatentAttention';
    const { width, heads, random, bias = false, queryLatentWidth = null, epsilon } = options;
    const { latentWidth, plainWidth, turnedWidth, valueWidth, rotary } = options;
    Object.entries({ width: sizeOf(width), heads, latentWidth, plainWidth, turnedWidth, valueWidth }).forEach(
      ([name, size]) => expectInteger(where, name, size, 1)
    );
    checkRotary(where, rotary, turnedWidth);
    this.width = Axis.of('width', width);
    this.heads = Axis.of('heads', heads);
    const [plain, turned, value] = [Axis.fixed('plain', plainWidth), Axis.fixed('turned', turnedWidth), Axis.fixed('value', valueWidth)]; // prettier-ignore
    const latent = Axis.of('latent', latentWidth);
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis, biased = false): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: biased, random: random.child(name) }));
    const norm = (name: string, axis: Axis): RMSNorm =>
      this.addChild(name, new RMSNorm({ width: axis, epsilon: epsilon ?? 1e-6 }));
    const from = queryLatentWidth === null ? this.width : Axis.of('query latent', queryLatentWidth);
    this.queryDown = queryLatentWidth === null ? null : linear('queryDown', this.width, from, bias);
    this.queryNorm = queryLatentWidth === null ? null : norm('queryNorm', from);
    this.query = linear('query', from, Axis.product('queries', this.heads, Axis.sum('plain, turned', plain, turned)));
    this.keyValueDown = linear('keyValueDown', this.width, Axis.sum('latent, turned', latent, turned), bias);
    this.keyValueNorm = norm('keyValueNorm', latent);
    this.keyValue = linear(
      'keyValue',
      latent,
      Axis.product('keys, values', this.heads, Axis.sum('plain, value', plain, value))
    );
    this.output = linear('output', Axis.product('heads x value', this.heads, value), this.width, bias);
  }

  /** Scores and sums of values; the projections are children. */
  override ownFlops({ length }: CostShape): number {
    const { plainWidth, turnedWidth, valueWidth } = this.options;
    return 2 * length * this.heads.size * (plainWidth + turnedWidth + valueWidth);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(whereOf(this, ctx), x, ['B', 'N', this.width.size]);
    const { plainWidth, turnedWidth, valueWidth, rotary, scale } = this.options;
    const heads = this.heads.size;
    return tf.tidy(() => {
      const down = this.queryDown?.apply(x, ctx.within('queryDown'));
      const from = down === undefined ? x : this.queryNorm!.apply(down, ctx.within('queryNorm'));
      const [plain, turned] = tf.split<tf.Tensor4D>(splitHeads(this.query.apply(from, ctx.within('query')), heads), [plainWidth, turnedWidth], 3); // prettier-ignore
      const q = tf.concat([plain, rotate(turned, rotary, ctx)], 3);
      const both = this.keyValueDown.apply(x, ctx.within('keyValueDown'));
      const [latent, shared] = tf.split(both, [both.shape[2]! - turnedWidth, turnedWidth], 2);
      const normed = this.keyValueNorm.apply(latent, ctx.within('keyValueNorm'));
      const [plainKey, v] = tf.split(splitHeads(this.keyValue.apply(normed, ctx.within('keyValue')), heads), [plainWidth, valueWidth], 3); // prettier-ignore
      const sharedKey = rotate(splitHeads(shared, 1), rotary, ctx).tile([1, heads, 1, 1]);
      const k = tf.concat([plainKey, sharedKey], 3);
      const keys = ctx.memory?.extend(ctx.within('keys').path, k, 2) ?? k;
      const values = ctx.memory?.extend(ctx.within('values').path, v, 2) ?? v;
      const mask = maskOf(x.shape[1]!, keys.shape[2]!, null, ctx);
      const mixed = attendHeads(q as tf.Tensor4D, keys as tf.Tensor4D, values as tf.Tensor4D, { scale, mask });
      return this.output.apply(mixed, ctx.within('output'));
    });
  }
}
