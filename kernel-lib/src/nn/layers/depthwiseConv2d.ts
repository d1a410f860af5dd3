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

/** Options of `layers.DepthwiseConv2d`. */
export interface DepthwiseConv2dOptions {
  /** Channels, C. */
  channels: Size;
  /** Side of the kernel, k. Default 3. */
  size?: number;
  /** Pixels from one place of the kernel to the next. Default 1. */
  stride?: number;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
  /** Of the kernel. Default uniform in `±1 / k`. */
  initializer?: Initializer;
  /** Stream for the initial kernel. */
  random: Random;
}

/**
 * A convolution of each channel by itself, padded by half the kernel on each side as PyTorch does it: [B, H, W, C] to [B, ceil(H / s), ceil(W / s), C]
 * with a stride s.
 */
export class DepthwiseConv2d extends Module {
  readonly kind = 'depthwise-conv2d';
  /** [k, k, C]. */
  readonly weight: Parameter;
  /** [C], or null. */
  readonly bias: Parameter | null;
  private readonly stride: number;

  constructor({ channels, size = 3, stride = 1, bias = true, initializer, random }: DepthwiseConv2dOptions) {
    super();
    this.stride = stride;
    Object.entries({ channels, size, stride }).forEach(([name, value]) =>
      expectInteger('layers.DepthwiseConv2d', name, sizeOf(value), 1)
    );
    const own = Axis.of('channels', channels);
    // Of the kernel's k rows and k columns a value is the sum of k k products.
    const make = initializer ?? uniformFanIn(1 / Math.sqrt(size));
    const axes = [Axis.fixed('kernelHeight', size), Axis.fixed('kernelWidth', size), own];
    this.weight = this.addParameter(
      'weight',
      Parameter.over(axes, (shape) => initialize(make, shape, random.child('weight')))
    );
    this.bias = bias ? this.addParameter('bias', Parameter.over([own], tf.zeros, { decay: false })) : null;
  }

  /** On a pixel that comes in: of s x s of them one goes out. */
  override ownFlops(): number {
    return (2 * this.weight.axes.reduce((product, { size }) => product * size, 1)) / this.stride ** 2;
  }

  override lengthAfter(length: number): number {
    return length / this.stride ** 2;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const weight = this.weight.read() as tf.Tensor3D;
      const [size, , channels] = weight.shape;
      expectShape(whereOf(this, ctx), x, ['B', 'H', 'W', channels]);
      const half = Math.floor((size - 1) / 2);
      const side: [number, number] = [half, size - 1 - half];
      const padded = side[1] === 0 ? (x as tf.Tensor4D) : tf.pad(x as tf.Tensor4D, [[0, 0], side, side, [0, 0]]);
      const y = tf.depthwiseConv2d(padded, weight.expandDims<tf.Tensor4D>(3), this.stride, 'valid');
      return this.bias === null ? y : y.add(this.bias.read());
    });
  }
}
