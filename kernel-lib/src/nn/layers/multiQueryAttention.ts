import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  type CostShape,
  expectInteger,
  expectShape,
  Module,
  type Random,
  type Size,
  sizeOf
} from '../../base/core';
import { attendHeads, splitHeads } from './attend';
import { DepthwiseConv2d } from './depthwiseConv2d';
import { whereOf } from './expectWidth';
import { Linear } from './linear';

/** Options of `layers.MultiQueryAttention`. */
export interface MultiQueryAttentionOptions {
  /** Channels, C. */
  channels: Size;
  heads: number;
  /** Width of a head. Default C / heads, rounded down. */
  headWidth?: number;
  /** Keys and values are of an image that a depthwise convolution has made smaller by this factor a side. Default 1: of the image itself. */
  reduce?: number;
  /** Stream for the initial weights. */
  random: Random;
}

/**
 * Attention between the pixels of an image whose heads all share one head of keys and values (arXiv 1911.02150; for images as in MobileNetV4, arXiv 2404.10518):
 * [B, H, W, C] to the same; each pixel sees all.
 */
export class MultiQueryAttention extends Module {
  readonly kind = 'multi-query-attention';
  private readonly reduce: DepthwiseConv2d | null;
  /** [C, heads x W]. */
  readonly query: Linear;
  /** [C, W]. */
  readonly key: Linear;
  /** [C, W]. */
  readonly value: Linear;
  /** [heads x W, C]. */
  readonly output: Linear;
  private readonly axes: { channels: Axis; heads: Axis; headWidth: Axis; valueWidth: Axis };

  constructor(private readonly options: MultiQueryAttentionOptions) {
    super();
    const where = 'layers.MultiQueryAttention';
    const { channels, heads, reduce = 1, random } = options;
    expectInteger(where, 'channels', sizeOf(channels), 1);
    expectInteger(where, 'heads', heads, 1);
    const { headWidth = Math.floor(sizeOf(channels) / heads) } = options;
    expectInteger(where, 'headWidth', headWidth, 1);
    expectInteger(where, 'reduce', reduce, 1);
    const own = Axis.of('channels', channels);
    this.axes = {
      channels: own,
      heads: Axis.of('heads', heads),
      headWidth: Axis.of('headWidth', headWidth),
      valueWidth: Axis.of('valueWidth', headWidth)
    };
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: false, random: random.child(name) }));
    this.reduce =
      reduce === 1
        ? null
        : this.addChild('reduce', new DepthwiseConv2d({ channels: own, stride: reduce, bias: false, random: random.child('reduce') })); // prettier-ignore
    this.query = linear('query', own, Axis.product('heads x headWidth', this.axes.heads, this.axes.headWidth));
    this.key = linear('key', own, this.axes.headWidth);
    this.value = linear('value', own, this.axes.valueWidth);
    this.output = linear('output', Axis.product('heads x valueWidth', this.axes.heads, this.axes.valueWidth), own);
  }

  /** Scores and sums of values; the projections are children. */
  override ownFlops({ length }: CostShape): number {
    const { heads, headWidth, valueWidth } = this.axes;
    return 2 * this.keysOf(length) * heads.size * (headWidth.size + valueWidth.size);
  }

  override lengthWithin(child: string, length: number): number {
    return child === 'key' || child === 'value' ? this.keysOf(length) : length;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { channels, heads } = this.axes;
    expectShape(whereOf(this, ctx), x, ['B', 'H', 'W', channels.size]);
    return tf.tidy(() => {
      const seen = this.reduce?.apply(x, ctx.within('reduce')) ?? x;
      const project = (name: 'query' | 'key' | 'value', of: tf.Tensor, count: number): tf.Tensor4D =>
        splitHeads(this[name].apply(pixels(of), ctx.within(name)), count);
      const q = project('query', x, heads.size);
      const mixed = attendHeads(q, project('key', seen, 1), project('value', seen, 1));
      return this.output.apply(mixed, ctx.within('output')).reshape(x.shape);
    });
  }

  private keysOf(length: number): number {
    return length / (this.options.reduce ?? 1) ** 2;
  }
}

/** [B, H, W, C] to [B, H W, C]. */
function pixels(x: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape;
  return x.reshape([batch ?? 0, (height ?? 0) * (width ?? 0), channels ?? 0]);
}
