import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, Module, type Random, type Size, sizeOf } from '../../base/core';
import { hardSigmoid } from './activation';
import { expectWidth, whereOf } from './expectWidth';
import { Linear } from './linear';

/** Options of `layers.SqueezeExcitation`. */
export interface SqueezeExcitationOptions {
  /** Channels, C. */
  channels: Size;
  /** Channels inside. */
  hidden: number;
  /** Stream for the initial weights. */
  random: Random;
}

/**
 * Squeeze and excitation (arXiv 1709.01507): each channel of an image is scaled by a factor in 0..1 that two linear maps, with a ReLU between them and a hard
 * sigmoid after, make of the means of all channels; [B, H, W, C] to the same.
 */
export class SqueezeExcitation extends Module {
  readonly kind = 'squeeze-excitation';
  private readonly reduce: Linear;
  private readonly expand: Linear;

  constructor({ channels, hidden, random }: SqueezeExcitationOptions) {
    super();
    expectInteger('layers.SqueezeExcitation', 'channels', sizeOf(channels), 1);
    expectInteger('layers.SqueezeExcitation', 'hidden', hidden, 1);
    const [own, inner] = [Axis.of('channels', channels), Axis.of('hidden', hidden)];
    this.reduce = this.addChild('reduce', new Linear({ inputWidth: own, outputWidth: inner, random: random.child('reduce') })); // prettier-ignore
    this.expand = this.addChild('expand', new Linear({ inputWidth: inner, outputWidth: own, random: random.child('expand') })); // prettier-ignore
  }

  /** The maps work on an image once. */
  override lengthWithin(): number {
    return 1;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      expectWidth(whereOf(this, ctx), x, this.reduce.weight.axes[0].size);
      const inner = this.reduce.apply(x.mean([1, 2]), ctx.within('reduce')).relu();
      const factors = hardSigmoid(this.expand.apply(inner, ctx.within('expand')));
      return x.mul(factors.expandDims(1).expandDims(1));
    });
  }
}
