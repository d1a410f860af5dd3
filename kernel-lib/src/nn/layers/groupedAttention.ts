import { tf } from '../../base/backend';
import { Axis, expectInteger, expectNumber, expectShape, fail, Module, sizeOf, stateKey } from '../../base/core';
import type { Context, CostShape, Memory, Random, Size } from '../../base/core';
import { attendKept, attendsKept } from '../../base/ops/attendKept';
import { fusedAttention, fusesAttention } from '../../base/ops/fusedAttention';
import { applyTogether } from './applyTogether';
import { attendHeads, causalMask, splitHeads, windowMask } from './attend';
import { whereOf } from './expectWidth';
import { Linear } from './linear';
import { RMSNorm } from './norms';
import { rotaryAngles, rotate, rotateProjected } from './rotary';
import { checkRotary, type RotaryOptions } from './rotaryFrequencies';

/** Options of grouped attention in a spec. */
export interface GroupedAttentionChoices {
  /** Heads of keys and values, G; they divide the heads. Default: as many as heads. */
  keyValueHeads?: number;
  /** W. Default: width / heads. */
  headWidth?: number;
  /** Biases of queries, keys and values. Default false. */
  bias?: boolean;
  /** A bias of the output. Default: as `bias`. */
  outputBias?: boolean;
  /** Positions turn queries and keys. Default null: attention knows nothing of positions. */
  rotary?: RotaryOptions | null;
  /** Positions that one sees at most, itself among them; a number, or one for each block of the model. Default null: all before it. */
  window?: number | null | readonly (number | null)[];
  /** Factor of the queries. Default 1 / sqrt(W). */
  scale?: number;
  /** RMS norms of queries and keys before they are turned: of each head, or of all heads as one. Default "none". */
  norm?: 'none' | 'head' | 'whole';
  /** Of these norms. Default 1e-6. */
  epsilon?: number;
  /** Queries, keys and values are held within `±clip`. Default null. */
  clip?: number | null;
}

export interface GroupedAttentionOptions extends GroupedAttentionChoices {
  /** D. */
  width: Size;
  heads: number;
  /** Which of the model's blocks it is in, from 0. Default 0. */
  block?: number;
  /** Stream for the initial weights. */
  random: Random;
}

/**
 * Causal attention whose heads share keys and values in groups (arXiv 2305.13245), with rotary positions, a sliding window and norms of
 * queries and keys where they are wanted: [B, N, D] to [B, N, D]. In a pass with a memory it sees the tokens of earlier passes as well.
 */
export class GroupedAttention extends Module {
  readonly kind = 'grouped-attention';
  /** It keeps what it needs of earlier tokens in the pass's memory. */
  readonly remembers = true;
  /** [D, heads x W]. */
  readonly query: Linear;
  /** [D, G x W]. */
  readonly key: Linear;
  /** [D, G x W]. */
  readonly value: Linear;
  /** [heads x W, D]. */
  readonly output: Linear;
  private readonly queryNorm: RMSNorm | null;
  private readonly keyNorm: RMSNorm | null;
  private readonly window: number | null;
  private readonly axes: { width: Axis; groups: Axis; share: Axis; headWidth: Axis; valueWidth: Axis };

  constructor(private readonly options: GroupedAttentionOptions) {
    super();
    const where = 'layers.GroupedAttention';
    const { width, heads, keyValueHeads = heads, random, bias = false, outputBias = bias, norm = 'none' } = options;
    expectInteger(where, 'width', sizeOf(width), 1);
    expectInteger(where, 'heads', heads, 1);
    expectInteger(where, 'keyValueHeads', keyValueHeads, 1, heads);
    if (heads % keyValueHeads !== 0) {
      fail(where, `keyValueHeads must divide heads (${heads})`, keyValueHeads);
    }
    const { headWidth = sizeOf(width) / heads, rotary = null, clip = null, epsilon = 1e-6 } = options;
    expectInteger(where, 'headWidth', headWidth, 1);
    if (clip !== null) {
      expectNumber(where, 'clip', clip, 0);
    }
    this.window = windowOf(where, options);
    const stream = Axis.of('width', width);
    const [groups, share] = [Axis.of('groups', keyValueHeads), Axis.of('heads of a group', heads / keyValueHeads)];
    const ofHead = Axis.of('headWidth', headWidth);
    const valueWidth = Axis.of('valueWidth', headWidth);
    if (rotary !== null) {
      checkRotary(where, rotary, headWidth);
      ofHead.pin('rotary positions turn its values in pairs');
    }
    this.axes = { width: stream, groups, share, headWidth: ofHead, valueWidth };
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis, biased: boolean): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: biased, random: random.child(name) }));
    const queries = Axis.product('heads x headWidth', groups, share, ofHead);
    const keys = Axis.product('groups x headWidth', groups, ofHead);
    this.query = linear('query', stream, queries, bias);
    this.key = linear('key', stream, keys, bias);
    this.value = linear('value', stream, Axis.product('groups x valueWidth', groups, valueWidth), bias);
    this.output = linear('output', Axis.product('heads x valueWidth', groups, share, valueWidth), stream, outputBias);
    const normed = (name: string, whole: Axis): RMSNorm | null =>
      norm === 'none' ? null : this.addChild(name, new RMSNorm({ width: norm === 'head' ? ofHead : whole, epsilon }));
    this.queryNorm = normed('queryNorm', queries);
    this.keyNorm = normed('keyNorm', keys);
  }

  /** Scores and sums of values; the projections are children. */
  override ownFlops({ length }: CostShape): number {
    const { groups, share, headWidth, valueWidth } = this.axes;
    const seen = this.window === null ? length : Math.min(length, this.window);
    return 2 * seen * groups.size * share.size * (headWidth.size + valueWidth.size);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { width, groups, share } = this.axes;
    expectShape(whereOf(this, ctx), x, ['B', 'N', width.size]);
    return tf.tidy(() => {
      const memory = ctx.memory;
      if (memory !== null && this.keepsInPlace(memory)) {
        return this.output.apply(this.attendedInPlace(x, memory, ctx), ctx.within('output'));
      }
      if (memory === null && (this.window ?? Infinity) >= x.shape[1]! && fusesAttention()) {
        return this.output.apply(this.attendedAtOnce(x, ctx), ctx.within('output'));
      }
      const q = this.turned(x, 'query', groups.size * share.size, ctx);
      const k = this.turned(x, 'key', groups.size, ctx);
      const v = splitHeads(this.clipped(this.value.apply(x, ctx.within('value'))), groups.size);
      const keys = ctx.memory?.extend(ctx.within('keys').path, k, 2) ?? k;
      const values = ctx.memory?.extend(ctx.within('values').path, v, 2) ?? v;
      const mask = maskOf(x.shape[1]!, keys.shape[2], this.window, ctx);
      const mixed = attendHeads(q, keys, values, { scale: this.options.scale, mask });
      return this.output.apply(mixed, ctx.within('output'));
    });
  }

  /**
   * Queries, keys and values of every head as attention multiplies them, normed and turned, [B, heads, R, W]; those of a group are in each of its heads.
   *
   * @param x - [B, R, D].
   * @param variants - Rows, one after the other, that stand at one place: R is N times as many.
   * @throws {SwitchyardError} where a position does not see all before it.
   */
  headsOf(x: tf.Tensor, ctx: Context, variants: number): Record<'query' | 'key' | 'value', tf.Tensor> {
    const { groups, share, headWidth } = this.axes;
    const [batch, rows] = x.shape;
    const { rotary = null, scale = 1 / Math.sqrt(headWidth.size) } = this.options;
    if (this.window !== null && this.window < rows! / variants) {
      fail(whereOf(this, ctx), 'each position must see all before it', `a window of ${this.window}`);
    }
    const placed = (y: tf.Tensor4D, turns: boolean): tf.Tensor => {
      const [, , heads, width] = y.shape;
      const apart = y.reshape([batch, rows! / variants, variants, heads, width]).transpose([0, 2, 3, 1, 4]);
      const flat = apart.reshape<tf.Tensor4D>([batch, variants * heads, rows! / variants, width]);
      const turned = turns && rotary !== null ? rotate(flat, rotary, ctx) : flat;
      return turned.reshape(apart.shape).transpose([0, 2, 3, 1, 4]).reshape([batch, heads, rows!, width]);
    };
    const ofGroups = (y: tf.Tensor): tf.Tensor => y.expandDims(2).tile([1, 1, share.size, 1, 1]).reshape([batch, groups.size * share.size, rows!, -1]); // prettier-ignore
    const value = this.clipped(this.value.apply(x, ctx.within('value')));
    return {
      query: placed(this.projected(x, 'query', groups.size * share.size, ctx), true).mul(scale),
      key: ofGroups(placed(this.projected(x, 'key', groups.size, ctx), true)),
      value: ofGroups(placed(value.reshape([batch, rows!, groups.size, -1]), false))
    };
  }

  /** Whether a pass is one that {@link attendKept} knows: no padding, no window, pairs that lie apart. */
  private keepsInPlace({ padding }: Memory): boolean {
    return padding === null && this.window === null && this.options.rotary?.interleaved !== true && attendsKept();
  }

  private attendedInPlace(x: tf.Tensor, memory: Memory, ctx: Context): tf.Tensor {
    const { groups, share, headWidth, valueWidth } = this.axes;
    const { rotary = null, scale = 1 / Math.sqrt(headWidth.size) } = this.options;
    const [batch, length] = [x.shape[0], x.shape[1]!];
    const heads = groups.size * share.size;
    const room = (name: string, width: number): tf.Tensor =>
      memory.room(ctx.within(name).path, [batch, groups.size, width], length);
    const [query, key, value] = this.projectedTogether(x, ctx);
    return attendKept(query, key, value, {
      ...{ heads, groups: groups.size, scale, length: memory.length },
      angles: rotary === null ? null : rotaryAngles(length, rotary.turned ?? headWidth.size, rotary, ctx),
      keys: room('keys', headWidth.size),
      values: room('values', valueWidth.size)
    });
  }

  /** In a pass of its own every position sees all before it: one op, of values as they were projected. */
  private attendedAtOnce(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { groups, share, headWidth } = this.axes;
    const { rotary = null, scale = 1 / Math.sqrt(headWidth.size) } = this.options;
    const [batch, length] = [x.shape[0], x.shape[1]!];
    const heads = groups.size * share.size;
    const turned = (name: 'query' | 'key', count: number): tf.Tensor => {
      const projected = this.projected(x, name, count, ctx);
      const placed = rotary === null ? projected : rotateProjected(projected, rotary, ctx);
      return placed.reshape([batch, length, count * headWidth.size]);
    };
    const [query, key] = [turned('query', heads), turned('key', groups.size)];
    const value = this.clipped(this.value.apply(x, ctx.within('value')));
    return fusedAttention(query, key, value, { heads, groups: groups.size, causal: true, scale });
  }

  private turned(x: tf.Tensor, name: 'query' | 'key', heads: number, ctx: Context): tf.Tensor4D {
    const { rotary = null } = this.options;
    const split = this.projected(x, name, heads, ctx).transpose<tf.Tensor4D>([0, 2, 1, 3]);
    return rotary === null ? split : rotate(split, rotary, ctx);
  }

  /** Queries or keys, normed and within bounds; [B, N, heads, W]. */
  private projected(x: tf.Tensor, name: 'query' | 'key', heads: number, ctx: Context): tf.Tensor4D {
    const whole = this.bounded(this[name].apply(x, ctx.within(name)), name, ctx);
    const split = whole.reshape<tf.Tensor4D>([x.shape[0], x.shape[1]!, heads, whole.shape[2]! / heads]);
    return this.options.norm === 'head' ? this.normed(split, name, ctx) : split;
  }

  /** Queries, keys and values, normed and within bounds, with heads side by side: [B, N, heads x W], [B, N, groups x W], [B, N, groups x U]. */
  private projectedTogether(x: tf.Tensor, ctx: Context): tf.Tensor[] {
    const { norm } = this.options;
    const { query, key, value } = this;
    const [q, k, v] = applyTogether(x, { query, key, value }, ctx);
    const normed = (name: 'query' | 'key', y: tf.Tensor): tf.Tensor => {
      const flat = this.bounded(y, name, ctx);
      if (norm !== 'head') {
        return flat;
      }
      const split = flat.reshape([...flat.shape.slice(0, 2), -1, this.axes.headWidth.size]);
      return this.normed(split, name, ctx).reshape(flat.shape);
    };
    return [normed('query', q), normed('key', k), this.clipped(v)];
  }

  /** Queries or keys within bounds, and normed where all heads are normed as one. */
  private bounded(y: tf.Tensor, name: 'query' | 'key', ctx: Context): tf.Tensor {
    return this.clipped(this.options.norm === 'whole' ? this.normed(y, name, ctx) : y);
  }

  private normed<T extends tf.Tensor>(x: T, name: 'query' | 'key', ctx: Context): T {
    const norm = name === 'query' ? this.queryNorm : this.keyNorm;
    return norm!.apply(x, ctx.within(`${name}Norm`)) as T;
  }

  private clipped(x: tf.Tensor): tf.Tensor {
    const { clip = null } = this.options;
    return clip === null ? x : x.clipByValue(-clip, clip);
  }
}

/** The mask of N new positions of M; null where one position sees all, so that there is nothing to hide. All layers of a pass share it. */
export function maskOf(queries: number, keys: number, window: number | null, ctx: Context): tf.Tensor | undefined {
  const padding = ctx.memory?.padding ?? null;
  const near = window !== null && window < keys ? window : null;
  if (queries === 1 && near === null && padding === null) {
    return undefined;
  }
  const key = stateKey(`mask/${queries}/${keys}/${near}`);
  const kept = ctx.getState(key);
  if (kept !== null) {
    return kept;
  }
  const mask = near === null && padding === null ? causalMask(queries, keys) : windowMask(queries, keys, near, padding);
  ctx.setState(key, mask);
  return mask;
}

function windowOf(where: string, { window = null, block = 0 }: GroupedAttentionOptions): number | null {
  const own = Array.isArray(window) ? ((window as (number | null)[])[block] ?? null) : (window as number | null);
  if (own !== null) {
    expectInteger(where, 'window', own, 1);
  }
  return own;
}
