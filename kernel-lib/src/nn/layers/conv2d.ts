import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectShape,
  Module,
  Parameter,
  type Random,
  type Size,
  sizeOf
} from '../../base/core';
import { whereOf } from './expectWidth';
import { initialize, type Initializer, uniformFanIn } from './initializers';

export interface Conv2dOptions {
  /** Channels that come in, C. */
  inputs: Size;
  /** Channels that go out, P. */
  outputs: Size;
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
  constructor({ inputs, outputs, size = 3, bias = true, initializer, random }: Conv2dOptions) {
    super();
    Object.entries({ inputs, outputs, size }).forEach(([name, value]) =>
      expectInteger('layers.Conv2d', name, sizeOf(value), 1)
    );
    const make = initializer ?? uniformFanIn(1 / size);
    const channels = [Axis.of('inputs', inputs), Axis.of('outputs', outputs)];
    const axes = [Axis.fixed('kernelHeight', size), Axis.fixed('kernelWidth', size), ...channels];
    this.weight = this.addParameter(
      'weight',
      Parameter.over(axes, (shape) => initialize(make, shape, random.child('weight')))
    );
    this.bias = bias ? this.addParameter('bias', Parameter.over([channels[1]], tf.zeros, { decay: false })) : null;
  }

  /** On a pixel. */
  override ownFlops(): number {
    return 2 * this.weight.axes.reduce((product, { size }) => product * size, 1);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const weight = this.weight.read() as tf.Tensor4D;
      expectShape(whereOf(this, ctx), x, ['B', 'H', 'W', weight.shape[2]]);
      const y = tf.conv2d(x as tf.Tensor4D, weight, 1, 'same');
      return this.bias === null ? y : y.add(this.bias.read());
    });
  }
}
