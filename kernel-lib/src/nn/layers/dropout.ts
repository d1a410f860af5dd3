import { tf } from '../../base/backend';
import { type Context, expectNumber, fail, Module } from '../../base/core';

/** Options of `layers.Dropout`. */
export interface DropoutOptions {
  /** Probability that a value becomes 0, in [0, 1). */
  rate: number;
}

/** While training, sets values to 0 at random and scales the others up by `1 / (1 - rate)`; else the identity. */
export class Dropout extends Module {
  readonly kind = 'dropout';
  private readonly rate: number;

  constructor({ rate }: DropoutOptions) {
    super();
    expectNumber('layers.Dropout', 'rate', rate, 0);
    if (rate >= 1) {
      fail('layers.Dropout', 'rate must be less than 1', rate);
    }
    this.rate = rate;
  }

  /** Whether a pass is one in which values become 0. */
  drops(ctx: Context): boolean {
    return ctx.training && this.rate > 0;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    if (!this.drops(ctx)) {
      return x.clone();
    }
    return tf.tidy(() => {
      const kept = ctx.random.uniform(x.shape).greaterEqual(this.rate);
      return x.mul(kept.cast('float32').mul(1 / (1 - this.rate)));
    });
  }
}
