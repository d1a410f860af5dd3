import { tf } from '../../base/backend';
import { Axis, type Context, fail, Module, Random } from '../../base/core';
import { channelShuffle, Sequential } from '../../nn/layers';
import { modelSpecs } from '../spec';
import { ConvNorm } from './convNorm';
import { checkConvNetwork, ConvNetwork } from './convNetwork';
import type { ConvNetworkOptions } from './convNetwork';
import { MaxPool } from './maxPool';

/** Channels of the three stages and of the last convolution, by scale (the paper's table 5). */
const WIDTHS = {
  0.5: [48, 96, 192, 1024],
  1: [116, 232, 464, 1024],
  1.5: [176, 352, 704, 1024],
  2: [244, 488, 976, 2048]
};
const STEM = 24;
const DEPTHS = [4, 8, 4];

export interface ShuffleNetV2Options extends ConvNetworkOptions {
  /** Factor of the channels: 0.5, 1, 1.5 or 2. Default 1. */
  scale?: keyof typeof WIDTHS;
}

/**
 * A unit with a channel split: half of the channels pass, the other half goes through three convolutions of equal width, and both are shuffled; with a
 * stride both halves are made of all channels.
 */
class ShuffleUnit extends Module {
  readonly kind = 'shuffle-unit';
  private readonly shortcut: Sequential | null;
  private readonly branch: Sequential;

  constructor(
    inputs: Axis,
    half: Axis,
    private readonly stride: number,
    random: Random
  ) {
    super();
    const from = stride === 1 ? half : inputs;
    const unit = (
      name: string,
      own: { inputs: Axis; outputs: Axis; size: number; stride?: number; depthwise?: boolean; active: boolean }
    ): ConvNorm => new ConvNorm({ ...own, activation: own.active ? 'relu' : null, random: random.child(name) });
    this.shortcut =
      stride === 1
        ? null
        : this.addChild(
            'shortcut',
            new Sequential([
              unit('shortcut0', { inputs, outputs: inputs, size: 3, stride, depthwise: true, active: false }),
              unit('shortcut1', { inputs, outputs: half, size: 1, active: true })
            ])
          );
    this.branch = this.addChild(
      'branch',
      new Sequential([
        unit('branch0', { inputs: from, outputs: half, size: 1, active: true }),
        unit('branch1', { inputs: half, outputs: half, size: 3, stride, depthwise: true, active: false }),
        unit('branch2', { inputs: half, outputs: half, size: 1, active: true })
      ])
    );
  }

  override lengthAfter(length: number): number {
    return length / this.stride ** 2;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const [passed, taken] = this.shortcut === null ? tf.split(x, 2, 3) : [this.shortcut.apply(x, ctx.within('shortcut')), x]; // prettier-ignore
      return channelShuffle(tf.concat([passed, this.branch.apply(taken, ctx.within('branch'))], 3), 2);
    });
  }
}

/**
 * ShuffleNet V2 (arXiv 1807.11164): units that split their channels in two, so that all convolutions are of equal width, and shuffle them after; images
 * [B, H, W, inputs] to logits [B, V]. Its channels cannot be cut: a shuffle says where each goes.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function shuffleNetV2(options: ShuffleNetV2Options = {}): ConvNetwork<ShuffleNetV2Options> {
  return build(options);
}

function build(
  options: ShuffleNetV2Options,
  random = Random.fromSeed(options.seed ?? 0).child('shuffle-net-v2')
): ConvNetwork<ShuffleNetV2Options> {
  const where = 'models.shuffleNetV2';
  checkConvNetwork(where, options);
  const { scale = 1, inputs = 3 } = options;
  if (!(scale in WIDTHS)) {
    fail(where, 'scale must be 0.5, 1, 1.5 or 2', scale);
  }
  const stem = Axis.of('channels', STEM);
  const pixels = Axis.of('inputs', inputs).pin('the data have them');
  let from = stem;
  const stages = DEPTHS.flatMap((depth, stage) => {
    const half = Axis.of('half', WIDTHS[scale][stage] / 2).pin('a shuffle says where each channel goes');
    return Array.from({ length: depth }, (_, i) => {
      const unit = new ShuffleUnit(from, half, i === 0 ? 2 : 1, random.child(stage).child(i));
      from = Axis.sum('channels', half, half);
      return unit;
    });
  });
  const channels = Axis.of('channels', WIDTHS[scale][3]);
  const features = [
    new ConvNorm({
      inputs: pixels,
      outputs: stem,
      size: 3,
      stride: 2,
      activation: 'relu',
      random: random.child('stem')
    }),
    new MaxPool(),
    ...stages,
    new ConvNorm({ inputs: from, outputs: channels, size: 1, activation: 'relu', random: random.child('last') })
  ];
  return new ConvNetwork(options, { kind: 'shuffle-net-v2', features, channels, expand: null, random });
}

modelSpecs.register('shuffle-net-v2', (options: ShuffleNetV2Options) => ({
  kind: 'shuffle-net-v2',
  options: { ...options },
  build: (random) => build(options, random)
}));
