import { tf } from '../../base/backend';
import { Axis, expectInteger, expectShape, fail, Module, Random, stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { Conv2d, LayerNorm, Linear, Sequential } from '../../nn/layers';
import { modelSpecs, specOf } from '../spec';
import type { ModelSpec } from '../spec';

/** Options of `models.Unet`. */
export interface UnetOptions {
  /** Pixels of an image's side, even. */
  imageSize: number;
  /** Values of a pixel, C. Default 1. */
  channels?: number;
  /** Channels inside at full size, W; 2 W at half. */
  width: number;
  /** Residual layers of the four blocks: before halving, two at half size, after. Default [1, 2, 2, 1]. */
  layers?: readonly [number, number, number, number];
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Key of time and its square, [B, 2]. */
const TIME = stateKey('time');

/**
 * A small UNet (arXiv 1505.04597) for flows of images: rows [B, S S C + 2], a point, its time and the square of it, to velocities
 * [B, S S C]. For `generative.trainFlow`. Paths: "first", "blocks.0" to "blocks.3" with "layers.0.conv1" and "conv2", "last"; the blocks 1 and 2
 * work at half size, and block 3 sees what block 0 made.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function unet(options: UnetOptions): Unet {
  return new Unet(options);
}

/** See {@link unet}. */
export class Unet extends Module {
  readonly kind = 'unet';
  /** Options that it was built from. */
  readonly options: Required<UnetOptions>;
  /** Pixels of an image. */
  readonly contextLength: number;
  private readonly first: Conv2d;
  private readonly blocks: UnetBlock[];
  private readonly last: Conv2d;

  constructor(
    options: UnetOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed ?? 0).child('unet')
  ) {
    super();
    const { imageSize, channels = 1, width, layers = [1, 2, 2, 1], seed = 0 } = options;
    this.options = { imageSize, channels, width, layers, seed };
    Object.entries({ imageSize, channels, width }).forEach(([name, value]) =>
      expectInteger('models.unet', name, value, 1)
    );
    layers.forEach((count) => expectInteger('models.unet', 'layers', count, 0));
    if (imageSize % 2 !== 0) {
      fail('models.unet', 'imageSize must be even', imageSize);
    }
    this.contextLength = imageSize ** 2;
    const conv = (name: string, inputs: Axis, outputs: Axis): Conv2d =>
      this.addChild(name, new Conv2d({ inputs, outputs, random: random.child(name) }));
    const pixels = Axis.fixed('channels', channels);
    const [full, half, last] = [Axis.of('full', width), Axis.of('half', 2 * width), Axis.of('last', width)];
    this.first = conv('first', pixels, full);
    const sizes = [[full, full], [full, half], [half, half], [Axis.sum('half, full', half, full), last]]; // prettier-ignore
    this.blocks = sizes.map(([inputs, outputs], i) => {
      const shape = { inputs, outputs, layers: layers[i], random: random.child('blocks').child(i) };
      return this.addChild(`blocks.${i}`, new UnetBlock(shape));
    });
    this.last = conv('last', last, pixels);
  }

  /** A new one, built as this one with some options changed; its values are initial ones. */
  rebuild(changes: Partial<UnetOptions>, random?: Random): Unet {
    return new Unet({ ...this.options, ...changes }, random);
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  override apply(rows: tf.Tensor, ctx: Context): tf.Tensor {
    const { imageSize, channels } = this.options;
    const values = imageSize ** 2 * channels;
    expectShape(ctx.path || this.kind, rows, ['B', values + 2]);
    return tf.tidy(() => {
      const [image, time] = tf.split(rows, [values, 2], 1);
      ctx.setState(TIME, time);
      const run = (i: number, x: tf.Tensor): tf.Tensor => this.blocks[i].apply(x, ctx.within(`blocks.${i}`));
      const x = this.first.apply(image.reshape([-1, imageSize, imageSize, channels]), ctx.within('first'));
      const skip = run(0, x);
      const deep = run(2, run(1, tf.avgPool(skip as tf.Tensor4D, 2, 2, 'valid')));
      const y = run(3, tf.concat([double(deep), skip], 3));
      return this.last.apply(y, ctx.within('last')).reshape([-1, values]);
    });
  }

  override lengthWithin(child: string, length: number): number {
    return child === 'blocks.1' || child === 'blocks.2' ? length / 4 : length;
  }
}

interface Shape {
  inputs: Axis;
  outputs: Axis;
  random: Random;
}

/** Residual layers, after a convolution of one pixel where the width changes. */
class UnetBlock extends Module {
  readonly kind = 'unet-block';
  private readonly enter: Module | null;
  private readonly layers: Module;

  constructor({ inputs, outputs, layers, random }: Shape & { layers: number }) {
    super();
    const enter = { inputs, outputs, size: 1, random: random.child('enter') };
    this.enter = inputs === outputs ? null : this.addChild('enter', new Conv2d(enter));
    const layer = (_: unknown, i: number): Module => new Residual(outputs, random.child(i));
    this.layers = this.addChild('layers', new Sequential(Array.from({ length: layers }, layer)));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const entered = this.enter === null ? x : this.enter.apply(x, ctx.within('enter'));
    return this.layers.apply(entered, ctx.within('layers'));
  }
}

/** `x + conv2(silu(conv1(silu(norm(x))) + time))`. */
class Residual extends Module {
  readonly kind = 'residual';
  private readonly norm: Module;
  private readonly conv1: Module;
  private readonly time: Module;
  private readonly conv2: Module;

  constructor(width: Axis, random: Random) {
    super();
    const inner = Axis.of('inner', width.size);
    const conv = (name: string, inputs: Axis, outputs: Axis): Module =>
      this.addChild(name, new Conv2d({ inputs, outputs, random: random.child(name) }));
    this.norm = this.addChild('norm', new LayerNorm({ width }));
    this.conv1 = conv('conv1', width, inner);
    this.time = this.addChild(
      'time',
      new Linear({ inputWidth: Axis.fixed('time', 2), outputWidth: inner, random: random.child('time') })
    );
    this.conv2 = conv('conv2', inner, width);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const inner = this.conv1.apply(ops.silu(this.norm.apply(x, ctx.within('norm'))), ctx.within('conv1'));
      const time = this.time.apply(ctx.getState(TIME)!, ctx.within('time'));
      const timed = ops.silu(inner.add(time.reshape([x.shape[0], 1, 1, -1])));
      return x.add(this.conv2.apply(timed, ctx.within('conv2')));
    });
  }

  override lengthWithin(child: string, length: number): number {
    return child === 'time' ? 1 : length;
  }
}

// Each pixel four times: [B, H, W, C] to [B, 2 H, 2 W, C].
function double(x: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape;
  const rows = x.reshape([batch * height, 1, width, channels]).tile([1, 2, 1, 1]);
  const pixels = rows.reshape([batch * 2 * height * width, 1, channels]).tile([1, 2, 1]);
  return pixels.reshape([batch, 2 * height, 2 * width, channels]);
}

modelSpecs.register('unet', (options: UnetOptions) => ({
  kind: 'unet',
  options: { ...options },
  build: (random) => new Unet(options, random)
}));
