import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, Module, type Random } from '../../base/core';
import { activate, BatchNorm, Linear, Sequential } from '../../nn/layers';
import type { Activation } from '../../nn/layers';
import { specOf } from '../spec';
import type { ModelSpec } from '../spec';

/** Options that every convolutional network of this kind has. */
export interface ConvNetworkOptions {
  /** Values of a pixel. Default 3. */
  inputs?: number;
  /** Classes, V. Default 1000. */
  classes?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Parts of a {@link ConvNetwork}. */
export interface ConvNetworkParts {
  kind: string;
  features: readonly Module[];
  /** Channels of the last features. */
  channels: Axis;
  /** Layer between the pooled features and the classes, without a bias; null for none. */
  expand: { width: number; norm: boolean; activation: Activation } | null;
  random: Random;
}

/**
 * A network of convolutions: features [B, H, W, inputs] to [B, h, w, C], their mean over the image, and from that the logits of classes, [B, V]. Paths:
 * "features.0.conv.weight", ..., "expand.weight", "head.weight".
 */
export class ConvNetwork<O extends ConvNetworkOptions = ConvNetworkOptions> extends Module {
  readonly kind: string;
  private readonly features: Sequential;
  private readonly expand: Linear | null;
  private readonly expandNorm: BatchNorm | null;
  private readonly head: Linear;

  constructor(
    readonly options: O,
    private readonly parts: ConvNetworkParts
  ) {
    super();
    const { kind, features, channels, expand, random } = parts;
    const { classes = 1000 } = options;
    this.kind = kind;
    this.features = this.addChild('features', new Sequential(features));
    const wide = expand === null ? channels : Axis.of('expanded', expand.width);
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis, bias: boolean): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias, random: random.child(name) }));
    this.expand = expand === null ? null : linear('expand', channels, wide, false);
    this.expandNorm = expand?.norm === true ? this.addChild('expandNorm', new BatchNorm({ channels: wide })) : null;
    this.head = linear('head', wide, Axis.of('classes', classes).pin('the data have them'), true);
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  /** Pixels that reach a child, of those that come in; what comes after the mean works on an image once. */
  override lengthWithin(child: string, length: number): number {
    return child === 'features' ? length : 1;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(`models.${this.kind}`, x, ['B', 'H', 'W', this.options.inputs ?? 3]);
    return tf.tidy(() => {
      const pooled = this.features.apply(x, ctx.within('features')).mean([1, 2]);
      const wide = this.expand === null ? pooled : this.expanded(pooled, ctx);
      return this.head.apply(wide, ctx.within('head'));
    });
  }

  private expanded(pooled: tf.Tensor, ctx: Context): tf.Tensor {
    const wide = this.expand!.apply(pooled, ctx.within('expand'));
    const y = this.expandNorm?.apply(wide, ctx.within('expandNorm')) ?? wide;
    return activate(this.parts.expand!.activation, y, ctx.within('expand'));
  }
}

/** Checks what all have. */
export function checkConvNetwork(where: string, { inputs = 3, classes = 1000, seed = 0 }: ConvNetworkOptions): void {
  expectInteger(where, 'inputs', inputs, 1);
  expectInteger(where, 'classes', classes, 1);
  expectInteger(where, 'seed', seed, 0);
}

/** A count of channels that is a multiple of 8, at least 8, and not less than nine tenths of the number (the rule of arXiv 1801.04381). */
export function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
