import { tf } from '../../base/backend';
import { type Axis, type Context, Module, type Random } from '../../base/core';

import { activate, BatchNorm, Conv2d, DepthwiseConv2d } from '../../nn/layers';
import type { Activation } from '../../nn/layers';

export interface ConvNormOptions {
  inputs: Axis;
  /** The same axis as `inputs` where the convolution is of each channel by itself. */
  outputs: Axis;
  /** Side of the kernel. */
  size: number;
  /** Default 1. */
  stride?: number;
  /** True for a convolution of each channel by itself. Default false. */
  depthwise?: boolean;
  /** Null: none. */
  activation: Activation | null;
  random: Random;
}

/** A convolution without a bias, a batch norm and an activation: [B, H, W, C] to [B, H / s, W / s, P]. */
export class ConvNorm extends Module {
  readonly kind = 'conv-norm';
  private readonly conv: Conv2d | DepthwiseConv2d;
  private readonly norm: BatchNorm;

  constructor(private readonly options: ConvNormOptions) {
    super();
    const { inputs, outputs, size, stride = 1, depthwise = false, random } = options;
    const own = { size, stride, bias: false, random: random.child('conv') };
    const conv = depthwise
      ? new DepthwiseConv2d({ channels: inputs, ...own })
      : new Conv2d({ inputs, outputs, ...own });
    this.conv = this.addChild<Conv2d | DepthwiseConv2d>('conv', conv);
    this.norm = this.addChild('norm', new BatchNorm({ channels: outputs }));
  }

  override lengthWithin(child: string, length: number): number {
    return child === 'conv' ? length : this.lengthAfter(length);
  }

  override lengthAfter(length: number): number {
    return length / (this.options.stride ?? 1) ** 2;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const y = this.norm.apply(this.conv.apply(x, ctx.within('conv')), ctx.within('norm'));
      return this.options.activation === null ? y : activate(this.options.activation, y, ctx);
    });
  }
}
