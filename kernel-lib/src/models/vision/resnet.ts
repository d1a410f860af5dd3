import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectOneOf, expectShape, Module, Random } from '../../base/core';
import { BatchNorm, Conv2d, Linear, Sequential } from '../../nn/layers';
import { modelSpecs, specOf } from '../spec';
import type { ModelSpec } from '../spec';

/** Options of `models.Resnet`. */
export interface ResnetOptions {
  /** Residual blocks of each stage; each stage but the first halves the image and doubles the channels. Default `[2, 2, 2, 2]`, ResNet-18. */
  blocks?: readonly number[];
  /** Channels of the first stage. Default 64. */
  channels?: number;
  /** Values of a pixel. Default 3. */
  inputs?: number;
  /** Classes, V. Default 1000. */
  classes?: number;
  /** Layer before the first stage: a 7 x 7 kernel and a pooling, which together take a quarter of the side, or a 3 x 3 kernel. Default "large". */
  stem?: 'large' | 'small';
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

interface BlockOptions {
  inputs: Axis;
  channels: Axis;
  stride: number;
  random: Random;
}

/** Two convolutions with batch norms, added to what came in, or, where sizes change, to a 1 x 1 convolution of it: [B, H, W, C] to [B, H / s, W / s, P]. */
class ResidualBlock extends Module {
  readonly kind = 'residual-block';
  private readonly conv1: Conv2d;
  private readonly norm1: BatchNorm;
  private readonly conv2: Conv2d;
  private readonly norm2: BatchNorm;
  private readonly shortcut: { conv: Conv2d; norm: BatchNorm } | null;

  constructor(private readonly options: BlockOptions) {
    super();
    const { inputs, channels, stride, random } = options;
    const inner = Axis.of('channels', channels.size);
    const conv = (name: string, from: Axis, to: Axis, size: number, by: number): Conv2d =>
      this.addChild(name, new Conv2d({ inputs: from, outputs: to, size, stride: by, bias: false, random: random.child(name) })); // prettier-ignore
    const norm = (name: string, of: Axis): BatchNorm => this.addChild(name, new BatchNorm({ channels: of }));
    this.conv1 = conv('conv1', inputs, inner, 3, stride);
    this.norm1 = norm('norm1', inner);
    this.conv2 = conv('conv2', inner, channels, 3, 1);
    this.norm2 = norm('norm2', channels);
    const changes = inputs !== channels;
    this.shortcut = changes
      ? { conv: conv('shortcut', inputs, channels, 1, stride), norm: norm('shortcutNorm', channels) }
      : null;
  }

  override isResidual(): boolean {
    return this.shortcut === null;
  }

  override lengthWithin(child: string, length: number): number {
    return child === 'conv1' || child === 'shortcut' ? length : this.lengthAfter(length);
  }

  override lengthAfter(length: number): number {
    return length / this.options.stride ** 2;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const at = (module: Module, name: string, y: tf.Tensor): tf.Tensor => module.apply(y, ctx.within(name));
      const inner = at(this.norm1, 'norm1', at(this.conv1, 'conv1', x)).relu();
      const own = at(this.norm2, 'norm2', at(this.conv2, 'conv2', inner));
      const { shortcut } = this;
      const other = shortcut === null ? x : at(shortcut.norm, 'shortcutNorm', at(shortcut.conv, 'shortcut', x));
      return own.add(other).relu();
    });
  }
}

/** See {@link resnet}. Paths: "stem", "stemNorm", "stages.0.0.conv1", ..., "head". */
export class Resnet extends Module {
  readonly kind = 'resnet';
  private readonly stem: Conv2d;
  private readonly stemNorm: BatchNorm;
  private readonly stages: Sequential;
  private readonly head: Linear;

  constructor(
    readonly options: ResnetOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed ?? 0).child('resnet')
  ) {
    super();
    const where = 'models.resnet';
    const { blocks = [2, 2, 2, 2], channels = 64, inputs = 3, classes = 1000, stem = 'large' } = options;
    expectInteger(where, 'the number of stages', blocks.length, 1);
    blocks.forEach((count, i) => expectInteger(where, `blocks[${i}]`, count, 1));
    Object.entries({ channels, inputs, classes }).forEach(([name, value]) => expectInteger(where, name, value, 1));
    expectOneOf(where, 'stem', stem, ['large', 'small']);
    let stream = Axis.of('channels', channels);
    const pixels = Axis.of('inputs', inputs).pin('the data have them');
    const [size, stride] = stem === 'large' ? [7, 2] : [3, 1];
    this.stem = this.addChild('stem', new Conv2d({ inputs: pixels, outputs: stream, size, stride, bias: false, random: random.child('stem') })); // prettier-ignore
    this.stemNorm = this.addChild('stemNorm', new BatchNorm({ channels: stream }));
    const stages = blocks.map((count, stage) => {
      const from = stream;
      const to = stage === 0 ? from : Axis.of('channels', channels * 2 ** stage);
      stream = to;
      return new Sequential(
        Array.from({ length: count }, (_, i) => {
          const own = random.child('stages').child(stage).child(i);
          return new ResidualBlock({ inputs: i === 0 ? from : to, channels: to, stride: i === 0 && stage > 0 ? 2 : 1, random: own }); // prettier-ignore
        })
      );
    });
    this.stages = this.addChild('stages', new Sequential(stages));
    const outputs = Axis.of('classes', classes).pin('the data have them');
    this.head = this.addChild('head', new Linear({ inputWidth: stream, outputWidth: outputs, random: random.child('head') })); // prettier-ignore
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  /** A new network, built as this one with some options changed; its values are initial ones. */
  rebuild(changes: Partial<ResnetOptions>): Resnet {
    return new Resnet({ ...this.options, ...changes });
  }

  /** Pixels that reach a child, of those that come in; the head works on an image once. */
  override lengthWithin(child: string, length: number): number {
    const large = (this.options.stem ?? 'large') === 'large';
    return child === 'stem' ? length : child === 'stemNorm' ? length / (large ? 4 : 1) : child === 'head' ? 1 : length / (large ? 16 : 1); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape('models.resnet', x, ['B', 'H', 'W', this.options.inputs ?? 3]);
    return tf.tidy(() => {
      const first = this.stemNorm.apply(this.stem.apply(x, ctx.within('stem')), ctx.within('stemNorm')).relu();
      const large = (this.options.stem ?? 'large') === 'large';
      const pooled = large ? tf.maxPool(first.pad([[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D, 3, 2, 'valid') : first; // prettier-ignore
      const features = this.stages.apply(pooled, ctx.within('stages')).mean([1, 2]);
      return this.head.apply(features, ctx.within('head'));
    });
  }
}

/**
 * A residual network of convolutions (ResNet with basic blocks, arXiv 1512.03385): images [B, H, W, inputs] to logits [B, V]. ResNet-18 by default; with
 * `{ stem: 'small', channels: 16, blocks: [9, 9, 9] }` the ResNet-56 of small images, but for its shortcuts, which are convolutions.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function resnet(options: ResnetOptions = {}): Resnet {
  return new Resnet(options);
}

modelSpecs.register('resnet', (options: ResnetOptions) => ({
  kind: 'resnet',
  options: { ...options },
  build: (random) => new Resnet(options, random)
}));
