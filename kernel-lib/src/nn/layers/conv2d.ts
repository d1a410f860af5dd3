import { tf } from '../../base/backend';
import { type Context, expectInteger, expectShape, Module, Parameter, type Random } from '../../base/core';
import { whereOf } from './expectWidth';
import { constant, type Initializer, uniformFanIn } from './initializers';

export interface Conv2dOptions {
  /** Channels that come in, C. */
  inputs: number;
  /** Channels that go out, P. */
  outputs: number;
  /** Side of the kernel, k. Default 3. */
  size?: number;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
  /** Of the kernel. Default uniform in `±1 / sqrt(k k C)`. */
  initializer?: Initializer;
  /** Stream for the initial kernel. */
  random: Random;
}

/** A convolution, padded so that images keep their size: [B, H, W, C] to [B, H, W, P]. */
export class Conv2d extends Module {
  readonly kind = 'conv2d';
  /** [k, k, C, P]. */
  readonly weight: Parameter;
  /** [P], or null. */
  readonly bias: Parameter | null;
  /** Operations on a pixel. */
  readonly flops: number;

  constructor({ inputs, outputs, size = 3, bias = true, initializer, random }: Conv2dOptions) {
    super();
    Object.entries({ inputs, outputs, size }).forEach(([name, value]) => expectInteger('Conv2d', name, value, 1));
    const make = initializer ?? uniformFanIn(1 / size);
    const initial = make([size, size, inputs, outputs], random.child('weight'));
    this.weight = this.addParameter('weight', new Parameter(initial));
    this.bias = bias
      ? this.addParameter('bias', new Parameter(constant(0)([outputs], random.child('bias')), false))
      : null;
    this.flops = 2 * size ** 2 * inputs * outputs;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const weight = this.weight.read() as tf.Tensor4D;
    expectShape(whereOf(this, ctx), x, ['B', 'H', 'W', weight.shape[2]]);
    return tf.tidy(() => {
      const y = tf.conv2d(x as tf.Tensor4D, weight, 1, 'same');
      return this.bias === null ? y : y.add(this.bias.read());
    });
  }
}
