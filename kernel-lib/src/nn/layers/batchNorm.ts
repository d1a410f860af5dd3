import { tf } from '../../base/backend';
import {
  Axis,
  Buffer,
  type Context,
  expectInteger,
  expectNumber,
  Module,
  Parameter,
  type Size,
  sizeOf
} from '../../base/core';
import { expectWidth, whereOf } from './expectWidth';

/** Options of `layers.BatchNorm`. */
export interface BatchNormOptions {
  /** Channels, C. */
  channels: Size;
  /** Keeps the division safe. Default 1e-5. */
  epsilon?: number;
  /** Share of a training batch's mean and variance in the running ones, 0..1. Default 0.1. */
  momentum?: number;
}

/**
 * Batch normalisation over all but the last axis, with scale and shift (arXiv 1502.03167): [..., C] to [..., C]. In training by the batch's own mean
 * and variance, which also go into the running ones, buffers "mean" and "variance"; outside of it by those.
 */
export class BatchNorm extends Module {
  readonly kind = 'batch-norm';
  /** Scale, initially 1; [C]. */
  readonly weight: Parameter;
  /** Shift, initially 0; [C]. */
  readonly bias: Parameter;
  private readonly mean: Buffer;
  private readonly variance: Buffer;
  private readonly options: Required<Pick<BatchNormOptions, 'epsilon' | 'momentum'>>;

  constructor({ channels, epsilon = 1e-5, momentum = 0.1 }: BatchNormOptions) {
    super();
    expectInteger('layers.BatchNorm', 'channels', sizeOf(channels), 1);
    expectNumber('layers.BatchNorm', 'epsilon', epsilon, 0);
    expectNumber('layers.BatchNorm', 'momentum', momentum, 0, 1);
    this.options = { epsilon, momentum };
    const axes = [Axis.of('channels', channels)];
    this.weight = this.addParameter('weight', Parameter.over(axes, tf.ones, { decay: false }));
    this.bias = this.addParameter('bias', Parameter.over(axes, tf.zeros, { decay: false }));
    this.mean = this.addBuffer('mean', Buffer.over(axes, tf.zeros));
    this.variance = this.addBuffer('variance', Buffer.over(axes, tf.ones));
  }

  /** The stored scale; [C]. */
  scale(): tf.Tensor {
    return this.weight.variable.clone();
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const weight = this.weight.read();
      expectWidth(whereOf(this, ctx), x, weight.size);
      const rows = x.reshape([-1, weight.size]);
      const { mean, variance } = ctx.training ? this.ofBatch(rows, ctx) : { mean: this.mean.read(), variance: this.variance.read() }; // prettier-ignore
      const scale = variance.add(this.options.epsilon).rsqrt().mul(weight);
      return rows.sub(mean).mul(scale).add(this.bias.read()).reshape(x.shape);
    });
  }

  /** Mean and variance of a batch, which join the running ones when the pass is over. */
  private ofBatch(rows: tf.Tensor, ctx: Context): { mean: tf.Tensor; variance: tf.Tensor } {
    const { mean, variance } = tf.moments(rows, 0);
    const [ownMean, ownVariance] = [mean.dataSync<'float32'>().slice(), variance.dataSync<'float32'>().slice()];
    const count = rows.shape[0]!;
    ctx.afterPass(() => {
      this.join(this.mean, ownMean);
      // The running variance is that of the population, as PyTorch's.
      this.join(this.variance, ownVariance.map((value) => (value * count) / Math.max(1, count - 1))); // prettier-ignore
    });
    return { mean, variance };
  }

  private join(running: Buffer, values: Float32Array): void {
    const { momentum } = this.options;
    tf.tidy(() => running.assignKept(running.read().mul(1 - momentum).add(tf.tensor1d(values).mul(momentum)))); // prettier-ignore
  }
}
