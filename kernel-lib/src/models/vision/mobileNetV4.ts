import { Axis, expectInteger, fail, type Module, Random } from '../../base/core';
import { modelSpecs } from '../spec';
import { ConvNorm } from './convNorm';
import { checkConvNetwork, ConvNetwork } from './convNetwork';
import type { ConvNetworkOptions } from './convNetwork';
import { InvertedBottleneck } from './invertedBottleneck';
import type { BottleneckChoices } from './invertedBottleneck';

/** A convolution of a {@link mobileNetV4}, with a norm and a ReLU. */
export interface ConvBlock {
  block: 'conv';
  /** Channels that come out. */
  channels: number;
  /** Side of the kernel. */
  size: number;
  /** Default 1. */
  stride?: number;
}

/** A universal inverted bottleneck of a {@link mobileNetV4}. */
export interface UibBlock extends BottleneckChoices {
  block: 'uib';
  /** Channels that come out. */
  channels: number;
  /** Default 1. */
  stride?: number;
}

export interface MobileNetV4Options extends ConvNetworkOptions {
  /** Channels of the first convolution, which halves the image. Default 32. */
  stem?: number;
  /** Blocks after it. Default: those of MobileNetV4-Conv-S. */
  blocks?: readonly (ConvBlock | UibBlock)[];
  /** Width of the layer after pooling. Default 1280. */
  expand?: number;
}

const uib = (channels: number, expand: number, dwStart: number, dwMiddle: number, stride = 1): UibBlock => ({
  ...{ block: 'uib', channels, expand, dwStart, dwMiddle, stride }
});

/** MobileNetV4-Conv-S, table 11 of the paper. */
export const SMALL: readonly (ConvBlock | UibBlock)[] = [
  { block: 'conv', channels: 32, size: 3, stride: 2 },
  { block: 'conv', channels: 32, size: 1 },
  { block: 'conv', channels: 96, size: 3, stride: 2 },
  { block: 'conv', channels: 64, size: 1 },
  uib(96, 3, 5, 5, 2),
  ...Array.from({ length: 4 }, () => uib(96, 2, 0, 3)),
  uib(96, 4, 3, 0),
  uib(128, 6, 3, 3, 2),
  uib(128, 4, 5, 5),
  uib(128, 4, 0, 5),
  uib(128, 3, 0, 5),
  uib(128, 4, 0, 3),
  uib(128, 4, 0, 3),
  { block: 'conv', channels: 960, size: 1 }
];

/**
 * MobileNetV4 (arXiv 2404.10518): convolutions and universal inverted bottlenecks, given as data; images [B, H, W, inputs] to logits [B, V]. By default the small
 * network without attention.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function mobileNetV4(options: MobileNetV4Options = {}): ConvNetwork<MobileNetV4Options> {
  return build(options);
}

function build(
  options: MobileNetV4Options,
  random = Random.fromSeed(options.seed ?? 0).child('mobile-net-v4')
): ConvNetwork<MobileNetV4Options> {
  const where = 'models.mobileNetV4';
  checkConvNetwork(where, options);
  const { stem = 32, blocks = SMALL, expand = 1280, inputs = 3 } = options;
  expectInteger(where, 'stem', stem, 1);
  expectInteger(where, 'expand', expand, 1);
  if (blocks.length === 0) {
    fail(where, 'there must be a block', 0);
  }
  let channels = Axis.of('channels', stem);
  const pixels = Axis.of('inputs', inputs).pin('the data have them');
  const features: Module[] = [stemOf(pixels, channels, random.child('stem'))];
  blocks.forEach((block, i) => {
    expectInteger(where, `blocks[${i}].channels`, block.channels, 1);
    expectInteger(where, `blocks[${i}].stride`, block.stride ?? 1, 1);
    const { module, outputs } = blockOf(block, channels, random.child(i));
    features.push(module);
    channels = outputs;
  });
  return tailOf(options, { features, channels, expand, random });
}

/** The convolution that halves the image. */
export function stemOf(inputs: Axis, outputs: Axis, random: Random): Module {
  return new ConvNorm({ inputs, outputs, size: 3, stride: 2, activation: 'relu', random });
}

/** A block, and the channels that it gives. */
export function blockOf(block: ConvBlock | UibBlock, inputs: Axis, random: Random): { module: Module; outputs: Axis } {
  const { stride = 1 } = block;
  // A block that can add its input has its channels.
  const adds = block.block === 'uib' && stride === 1 && block.channels === inputs.size;
  const outputs = adds ? inputs : Axis.of('channels', block.channels);
  const own = { inputs, outputs, stride, random };
  const module =
    block.block === 'uib'
      ? new InvertedBottleneck({ ...own, expand: block.expand, dwStart: block.dwStart, dwMiddle: block.dwMiddle })
      : new ConvNorm({ ...own, size: block.size, activation: 'relu' });
  return { module, outputs };
}

/** Features with what comes after them: the mean, a wide layer and the classes. */
export function tailOf(
  options: MobileNetV4Options,
  { expand, ...parts }: { features: readonly Module[]; channels: Axis; expand: number; random: Random }
): ConvNetwork<MobileNetV4Options> {
  const wide = { width: expand, norm: true, activation: 'relu' } as const;
  return new ConvNetwork(options, { kind: 'mobile-net-v4', ...parts, expand: wide });
}

modelSpecs.register('mobile-net-v4', (options: MobileNetV4Options) => ({
  kind: 'mobile-net-v4',
  options: { ...options },
  build: (random) => build(options, random)
}));
