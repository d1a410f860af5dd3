import { core, layers, tf } from '@switchyard/kernel-lib';
import { spread } from '../../../support/gradients';

export const WIDTH = 6;

export interface LayerCase {
  name: string;
  make: (random: core.Random) => core.Module;
  /** Inputs of a width. */
  input: (width?: number) => tf.Tensor;
  /** Axis that is the width of inputs. Default "width". */
  widthIs?: string;
  /** What a layer before it leaves in the context. */
  before?: (ctx: core.Context, width?: number) => void;
  parameters: string[];
  /** Operations of a pass over one input of 4 positions, by hand: matrix products, a multiplication and an addition counted as two. */
  flops: number;
  /** Parameters whose gradient is 0 at first. */
  still?: string[];
  /** Axes that cannot be cut. */
  pinned?: string[];
}

export const input = (width = WIDTH) => spread([2, 4, width]);

export const MEMBERS: LayerCase[] = [
  {
    name: 'Linear',
    widthIs: 'inputs',
    make: (random) => new layers.Linear({ inputWidth: WIDTH, outputWidth: 3, random }),
    input,
    parameters: ['weight', 'bias'],
    flops: 36
  },
  {
    name: 'Embedding',
    widthIs: 'ids',
    make: (random) => new layers.Embedding({ count: 9, width: 3, random }),
    input: (count = 9) => tf.tensor2d([0, count - 1, 3, 3], [2, 2], 'int32'),
    parameters: ['weight'],
    flops: 0
  },
  {
    name: 'LayerNorm',
    make: () => new layers.LayerNorm({ width: WIDTH }),
    input,
    parameters: ['weight', 'bias'],
    flops: 0
  },
  { name: 'RMSNorm', make: () => new layers.RMSNorm({ width: WIDTH }), input, parameters: ['weight'], flops: 0 },
  {
    name: 'BatchNorm',
    widthIs: 'channels',
    make: () => new layers.BatchNorm({ channels: WIDTH }),
    input,
    parameters: ['weight', 'bias'],
    flops: 0
  },
  {
    name: 'CausalSelfAttention',
    make: (random) => new layers.CausalSelfAttention({ width: WIDTH, heads: 3, dropout: 0.2, random }),
    input,
    parameters: ['qkv.weight', 'qkv.bias', 'output.weight', 'output.bias'],
    flops: 384
  },
  {
    name: 'GroupedAttention',
    make: (random) =>
      new layers.GroupedAttention({
        ...{ width: WIDTH, heads: 4, keyValueHeads: 2, headWidth: 4, bias: true, norm: 'head', window: 3, clip: 2 },
        rotary: { turned: 2 },
        random
      }),
    input,
    parameters: [
      ...['query', 'key', 'value', 'output'].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
      ...['queryNorm.weight', 'keyNorm.weight']
    ],
    flops: 768,
    pinned: ['headWidth']
  },
  {
    name: 'LatentAttention',
    make: (random) =>
      new layers.LatentAttention({
        ...{
          width: WIDTH,
          heads: 2,
          latentWidth: 4,
          queryLatentWidth: 5,
          plainWidth: 3,
          turnedWidth: 2,
          valueWidth: 3
        },
        rotary: { interleaved: true },
        random
      }),
    input,
    parameters: [
      ...['queryDown.weight', 'queryNorm.weight', 'query.weight', 'keyValueDown.weight', 'keyValueNorm.weight'],
      ...['keyValue.weight', 'output.weight']
    ],
    flops: 528,
    pinned: ['plain', 'turned', 'value']
  },
  {
    name: 'RelativeAttention',
    make: (random) => new layers.RelativeAttention({ width: WIDTH, heads: 3, buckets: 4, maxDistance: 8, random }),
    input,
    parameters: ['distances', 'query.weight', 'key.weight', 'value.weight', 'output.weight'],
    flops: 384,
    pinned: ['buckets']
  },
  {
    name: 'SelfAttention',
    make: (random) => new layers.SelfAttention({ width: WIDTH, heads: 3, dropout: 0.2, random }),
    input,
    parameters: ['qkv.weight', 'qkv.bias', 'output.weight', 'output.bias'],
    flops: 384
  },
  {
    name: 'Conv2d',
    widthIs: 'inputs',
    make: (random) => new layers.Conv2d({ inputs: WIDTH, outputs: 3, random }),
    input: (width = WIDTH) => spread([2, 4, 4, width]),
    parameters: ['weight', 'bias'],
    flops: 324
  },
  {
    name: 'DepthwiseConv2d',
    widthIs: 'channels',
    make: (random) => new layers.DepthwiseConv2d({ channels: WIDTH, random }),
    input: (width = WIDTH) => spread([2, 4, 4, width]),
    parameters: ['weight', 'bias'],
    flops: 108
  },
  {
    // Both maps on one of four pixels: 2 x 2 x 6 x 2 / 4.
    name: 'SqueezeExcitation',
    widthIs: 'channels',
    make: (random) => new layers.SqueezeExcitation({ channels: WIDTH, hidden: 2, random }),
    input: (width = WIDTH) => spread([2, 4, 4, width]),
    parameters: ['reduce.weight', 'reduce.bias', 'expand.weight', 'expand.bias'],
    flops: 12
  },
  {
    // Queries and output 72 each; of the one key that four pixels leave, a convolution of 27, a key and a value of 9; scores and sums 24.
    name: 'MultiQueryAttention',
    widthIs: 'channels',
    make: (random) => new layers.MultiQueryAttention({ channels: WIDTH, heads: 2, reduce: 2, random }),
    input: (width = WIDTH) => spread([2, 4, 4, width]),
    parameters: ['reduce.weight', 'query.weight', 'key.weight', 'value.weight', 'output.weight'],
    flops: 213
  },
  {
    name: 'FeedForward',
    make: (random) => new layers.FeedForward({ width: WIDTH, hidden: 8, random }),
    input,
    parameters: ['w1.weight', 'w1.bias', 'w2.weight', 'w2.bias'],
    flops: 192
  },
  {
    name: 'FeedForward',
    make: (random) => new layers.FeedForward({ width: WIDTH, hidden: 8, outputs: 3, random }),
    input,
    parameters: ['w1.weight', 'w1.bias', 'w2.weight', 'w2.bias'],
    flops: 2 * (6 * 8 + 8 * 3)
  },
  {
    name: 'GatedFeedForward',
    make: (random) => new layers.GatedFeedForward({ width: WIDTH, hidden: 8, random }),
    input,
    parameters: ['w1.weight', 'w2.weight', 'w3.weight'],
    flops: 288
  },
  {
    name: 'GatedFeedForward',
    make: (random) => new layers.GatedFeedForward({ width: WIDTH, hidden: 8, outputs: 3, random }),
    input,
    parameters: ['w1.weight', 'w2.weight', 'w3.weight'],
    flops: 2 * (2 * 6 * 8 + 8 * 3)
  },
  {
    name: 'Recurrent',
    widthIs: 'inputs',
    make: (random) => new layers.Recurrent({ inputWidth: WIDTH, hidden: 5, cell: 'lstm', random }),
    input,
    parameters: ['input.weight', 'input.bias', 'recurrent.weight', 'recurrent.bias'],
    flops: 440
  },
  {
    name: 'Sequential',
    widthIs: 'inputs',
    make: (random) => {
      const inner = core.Axis.of('inner', 3);
      return new layers.Sequential([
        new layers.Linear({ inputWidth: WIDTH, outputWidth: inner, bias: false, random }),
        new layers.Dropout({ rate: 0.5 }),
        new layers.LayerNorm({ width: inner })
      ]);
    },
    input,
    parameters: ['0.weight', '2.weight', '2.bias'],
    flops: 36
  },
  {
    name: 'SelectiveStateSpace',
    make: (random) => new layers.SelectiveStateSpace({ width: WIDTH, inner: 4, states: 3, direction: 'both', random }),
    input,
    parameters: [
      'enter.weight',
      ...['forward', 'backward'].flatMap((way) => ['logDecay', 'stepBias', 'skip', 'step.weight', 'enter.weight', 'read.weight'].map((name) => `${way}.${name}`)), // prettier-ignore
      'leave.weight'
    ],
    // Maps 6 x 8 and 4 x 6; each way 4 x 4, twice 4 x 3, and 4 x 3 states that are read.
    flops: 96 + 48 + 2 * (32 + 24 + 24 + 24),
    pinned: ['states', 'value, gate']
  },
  {
    name: 'ClassAttention',
    make: (random) => new layers.ClassAttention({ width: WIDTH, heads: 3, random }),
    input,
    parameters: ['qkv.weight', 'qkv.bias', 'output.weight', 'output.bias'],
    flops: 384
  },
  {
    name: 'CrossAttention',
    make: (random) => new layers.CrossAttention({ width: WIDTH, heads: 3, random }),
    input,
    before: (ctx, width = WIDTH) => ctx.setState(layers.ENCODED, spread([2, 5, width]) as tf.Tensor3D),
    parameters: ['query.weight', 'key.weight', 'value.weight', 'output.weight', 'norm.weight'],
    flops: 384
  },
  {
    name: 'SparseSelfAttention',
    make: (random) => new layers.SparseSelfAttention({ width: WIDTH, heads: 3, keep: 0.5, random }),
    input,
    parameters: ['qkv.weight', 'qkv.bias', 'output.weight', 'output.bias'],
    flops: 1200,
    pinned: ['headWidth']
  },
  {
    name: 'LowRank',
    widthIs: 'inputs',
    make: (random) => new layers.LowRank({ shape: [WIDTH, 3], rank: 2, alpha: 4, random }),
    input: (width = WIDTH) => spread([4, width]),
    parameters: ['a', 'b'],
    still: ['a'],
    flops: 36
  }
];

/** Layers that are in no battery, and why. */
export const ELSEWHERE: Record<string, string> = {
  Dropout: 'has no parameter',
  MeanField: 'wraps a network, and draws what it reads (slateGru of test/systems)',
  ProductQuantizer: 'is learnt by k-means, and gives indices'
};
