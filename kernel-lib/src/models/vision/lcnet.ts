import { tf } from '../../base/backend';
import { Axis, type Context, expectNumber, expectOneOf, Module, Random } from '../../base/core';
import { SqueezeExcitation } from '../../nn/layers';
import type { Activation } from '../../nn/layers';
import { modelSpecs } from '../spec';
import { ConvNorm } from './convNorm';
import { checkConvNetwork, ConvNetwork, roundChannels } from './convNetwork';
import type { ConvNetworkOptions } from './convNetwork';

/** Channels and stride of each block; the last seven are the tail. */
const BLOCKS = [
  [32, 1],
  [64, 2],
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [256, 1],
  [256, 1],
  [256, 1],
  [256, 1],
  [512, 2],
  [512, 1]
] as const;
/** Blocks from here on have the tail's kernel. */
const TAIL = 6;
/** Blocks from here on have squeeze and excitation. */
const LAST = 11;

export interface LcnetOptions extends ConvNetworkOptions {
  /** Factor of the channels. Default 1. */
  scale?: number;
  /** Blocks with squeeze and excitation: the last two, all or none. Default "tail". */
  seAt?: 'tail' | 'all' | 'none';
  /** Side of the kernels of the last seven blocks. Default 5; those before have 3. */
  tailKernel?: number;
  /** Default "hard-swish". */
  activation?: Activation;
  /** Width of the layer after pooling; 0: none. Default 1280. */
  expand?: number;
}

/** A depthwise convolution, squeeze and excitation where there is one, and a convolution of single pixels: [B, H, W, C] to [B, H / s, W / s, P]. */
class SeparableBlock extends Module {
  readonly kind = 'separable-block';
  private readonly depthwise: ConvNorm;
  private readonly excitation: SqueezeExcitation | null;
  private readonly pointwise: ConvNorm;

  constructor(options: {
    inputs: Axis;
    outputs: Axis;
    size: number;
    stride: number;
    excited: boolean;
    activation: Activation;
    random: Random;
  }) {
    super();
    const { inputs, outputs, size, stride, excited, activation, random } = options;
    const own = { stride, depthwise: true, activation, random: random.child('depthwise') };
    this.depthwise = this.addChild('depthwise', new ConvNorm({ inputs, outputs: inputs, size, ...own }));
    this.excitation = excited
      ? this.addChild('excitation', new SqueezeExcitation({ channels: inputs, hidden: Math.floor(inputs.size / 4), random: random.child('excitation') })) // prettier-ignore
      : null;
    this.pointwise = this.addChild('pointwise', new ConvNorm({ inputs, outputs, size: 1, activation, random: random.child('pointwise') })); // prettier-ignore
  }

  override lengthWithin(child: string, length: number): number {
    return child === 'depthwise' ? length : this.lengthAfter(length);
  }

  override lengthAfter(length: number): number {
    return this.depthwise.lengthAfter(length);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const inner = this.depthwise.apply(x, ctx.within('depthwise'));
      const excited = this.excitation?.apply(inner, ctx.within('excitation')) ?? inner;
      return this.pointwise.apply(excited, ctx.within('pointwise'));
    });
  }
}

/**
 * PP-LCNet (arXiv 2109.15099): blocks of depthwise and single-pixel convolutions with hard swish, squeeze and excitation in the last two, larger kernels
 * in the tail, and a wide layer after pooling; images [B, H, W, inputs] to logits [B, V].
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function lcnet(options: LcnetOptions = {}): ConvNetwork<LcnetOptions> {
  return build(options);
}

function build(
  options: LcnetOptions,
  random = Random.fromSeed(options.seed ?? 0).child('lcnet')
): ConvNetwork<LcnetOptions> {
  const where = 'models.lcnet';
  checkConvNetwork(where, options);
  const { scale = 1, seAt = 'tail', tailKernel = 5, activation = 'hard-swish', expand = 1280, inputs = 3 } = options;
  expectNumber(where, 'scale', scale, 1e-3);
  expectOneOf(where, 'seAt', seAt, ['tail', 'all', 'none']);
  expectNumber(where, 'tailKernel', tailKernel, 1);
  expectNumber(where, 'expand', expand, 0);
  let channels = Axis.of('channels', roundChannels(16 * scale));
  const pixels = Axis.of('inputs', inputs).pin('the data have them');
  const stem = new ConvNorm({ inputs: pixels, outputs: channels, size: 3, stride: 2, activation, random: random.child('stem') }); // prettier-ignore
  const blocks = BLOCKS.map(([width, stride], i) => {
    const from = channels;
    channels = Axis.of('channels', roundChannels(width * scale));
    const excited = seAt === 'all' || (seAt === 'tail' && i >= LAST);
    const size = i >= TAIL ? tailKernel : 3;
    return new SeparableBlock({
      inputs: from,
      outputs: channels,
      size,
      stride,
      excited,
      activation,
      random: random.child(i)
    });
  });
  const wide = expand === 0 ? null : { width: expand, norm: false, activation };
  return new ConvNetwork(options, { kind: 'lcnet', features: [stem, ...blocks], channels, expand: wide, random });
}

modelSpecs.register('lcnet', (options: LcnetOptions) => ({
  kind: 'lcnet',
  options: { ...options },
  build: (random) => build(options, random)
}));
