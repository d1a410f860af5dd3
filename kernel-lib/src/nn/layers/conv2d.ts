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

/** Options of `layers.Conv2d`. */
export interface Conv2dOptions {
  /** Channels that come in, C. */
  inputs: Size;
  /** Channels that go out, P. */
  outputs: Size;
  /** Side of the kernel, k. Default 3. */
  size?: number;
  /** Pixels from one place of the kernel to the next. Default 1. */
  stride?: number;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
  /** Of the kernel. Default uniform in `±1 / sqrt(k k C)`. */
  initializer?: Initializer;
  /** Stream for the initial kernel. */
  random: Random;
}

/**
 * A convolution, padded by half the kernel on each side as PyTorch does it, so that images keep their size: [B, H, W, C] to [B, H, W, P]. With a
 * stride s, to [B, ceil(H / s), ceil(W / s), P].
 */
export class Conv2d extends Module {
  readonly kind = 'conv2d';
  /** Name of the parameter that rows of its input are multiplied with. */
  readonly multiplies = 'weight';
  /** [k, k, C, P]. */
  readonly weight: Parameter;
  /** [P], or null. */
  readonly bias: Parameter | null;
  private readonly stride: number;

  constructor({ inputs, outputs, size = 3, stride = 1, bias = true, initializer, random }: Conv2dOptions) {
    super();
    this.stride = stride;
    Object.entries({ inputs, outputs, size, stride }).forEach(([name, value]) =>
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

  /** Whether it works on each pixel alone, without a stride. */
  get isPointwise(): boolean {
    return this.weight.shape[0] === 1 && this.stride === 1;
  }

  /** On a pixel that comes in: of s x s of them one goes out. */
  override ownFlops(): number {
    return (2 * this.weight.axes.reduce((product, { size }) => product * size, 1)) / this.stride ** 2;
  }

  override lengthAfter(length: number): number {
    return length / this.stride ** 2;
  }

  /** Patches of images [B, H, W, C] under the kernel; [R, k k C]. */
  multiplied(x: tf.Tensor): tf.Tensor2D {
    const [size] = this.weight.shape;
    return tf.tidy(() => {
      const padded = this.pad(x as tf.Tensor4D);
      const [, height, width, channels] = padded.shape;
      const [down, across] = [height, width].map((side) => Math.floor((side - size) / this.stride) + 1);
      const shifted = Array.from({ length: size * size }, (_, place) => {
        const [top, left] = [Math.floor(place / size), place % size];
        const spans = [(down - 1) * this.stride + 1, (across - 1) * this.stride + 1];
        const window = padded.slice([0, top, left, 0], [-1, ...spans, -1]);
        return this.stride === 1 ? window : window.stridedSlice([0, 0, 0, 0], window.shape, [1, this.stride, this.stride, 1]); // prettier-ignore
      });
      return tf.concat(shifted, 3).reshape([-1, size * size * channels]);
    });
  }

  private pad(x: tf.Tensor4D): tf.Tensor4D {
    const half = Math.floor((this.weight.shape[0] - 1) / 2);
    const other = this.weight.shape[0] - 1 - half;
    const side: [number, number] = [half, other];
    return other === 0 ? x : tf.pad(x, [[0, 0], side, side, [0, 0]]);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const weight = this.weight.read() as tf.Tensor4D;
      expectShape(whereOf(this, ctx), x, ['B', 'H', 'W', weight.shape[2]]);
      const images = x as tf.Tensor4D;
      // TensorFlow's own padding is not the same on both sides where there is a stride.
      const y =
        this.stride === 1
          ? tf.conv2d(images, weight, 1, 'same')
          : tf.conv2d(this.pad(images), weight, this.stride, 'valid');
      return this.bias === null ? y : y.add(this.bias.read());
    });
  }
}
