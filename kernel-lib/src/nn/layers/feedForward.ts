import { tf } from '../../base/backend';
import { Axis, type Context, expectOneOf, Module, type Random, refuseOldNames, type Size } from '../../base/core';
import { activate, type Activation, ACTIVATIONS } from './activation';
import { applyGated } from './applyTogether';
import type { Initializer } from './initializers';
import { Linear } from './linear';

/** Options of `layers.FeedForward`. */
export interface FeedForwardOptions {
  /** D. */
  width: Size;
  /** H. */
  hidden: Size;
  /** Width that comes out, P. Default: D. */
  outputs?: Size;
  /** "gelu", "relu" or "silu". Default "gelu" for the plain kind, "silu" for the gated. */
  activation?: Activation;
  /** Adds biases. Default true for the plain kind, false for the gated. */
  bias?: boolean;
  /** Of the weights. Default: that of {@link Linear}. */
  initializer?: Initializer;
  /** Stream for the initial weights. */
  random: Random;
}

const RENAMED = { hiddenWidth: 'hidden' };

/** `activation(x w1) w2`: [..., D] to [..., P] through H (arXiv 1706.03762). */
export class FeedForward extends Module {
  readonly kind = 'feed-forward';
  /** [D, H]. */
  readonly w1: Linear;
  /** [H, P]. */
  readonly w2: Linear;
  readonly activation: Activation;

  constructor(options: FeedForwardOptions) {
    super();
    const { width, hidden, outputs, activation = 'gelu', bias = true, initializer, random } = options;
    refuseOldNames('layers.FeedForward', options, RENAMED);
    expectOneOf('layers.FeedForward', 'activation', activation, ACTIVATIONS);
    this.activation = activation;
    const [D, H] = [Axis.of('width', width), Axis.of('hidden', hidden)];
    const P = outputs === undefined ? D : Axis.of('outputs', outputs);
    const linear = linearFrom(bias, random, initializer);
    this.w1 = this.addChild('w1', linear('w1', D, H));
    this.w2 = this.addChild('w2', linear('w2', H, P));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const hidden = activate(this.activation, this.w1.apply(x, ctx.within('w1')), ctx);
      return this.w2.apply(hidden, ctx.within('w2'));
    });
  }
}

/** `(activation(x w1) * x w3) w2`, with silu called SwiGLU (arXiv 2002.05202): [..., D] to [..., P] through H. */
export class GatedFeedForward extends Module {
  readonly kind = 'gated-feed-forward';
  /** [D, H]; its output passes the activation. */
  readonly w1: Linear;
  /** [H, P]. */
  readonly w2: Linear;
  /** [D, H]. */
  readonly w3: Linear;
  readonly activation: Activation;

  constructor(options: FeedForwardOptions) {
    super();
    const { width, hidden, outputs, activation = 'silu', bias = false, initializer, random } = options;
    refuseOldNames('layers.GatedFeedForward', options, RENAMED);
    expectOneOf('layers.GatedFeedForward', 'activation', activation, ACTIVATIONS);
    this.activation = activation;
    const [D, H] = [Axis.of('width', width), Axis.of('hidden', hidden)];
    const P = outputs === undefined ? D : Axis.of('outputs', outputs);
    const linear = linearFrom(bias, random, initializer);
    this.w1 = this.addChild('w1', linear('w1', D, H));
    this.w2 = this.addChild('w2', linear('w2', H, P));
    this.w3 = this.addChild('w3', linear('w3', D, H));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const hidden = applyGated(this.activation, x, { w1: this.w1, w3: this.w3 }, ctx);
      return this.w2.apply(hidden, ctx.within('w2'));
    });
  }
}

function linearFrom(bias: boolean, random: Random, initializer?: Initializer) {
  return (name: string, inputWidth: Size, outputWidth: Size): Linear =>
    new Linear({ inputWidth, outputWidth, bias, initializer, random: random.child(name) });
}
