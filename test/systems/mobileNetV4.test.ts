import { core, layers, models, nas, tf } from '@switchyard/kernel-lib';
import { InvertedBottleneck } from '../../kernel-lib/dist/models/vision/invertedBottleneck';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';

const { Axis, Context, Random } = core;
const C = 8;

function bottleneck(dwStart: number, dwMiddle: number) {
  const channels = Axis.of('channels', C);
  return new InvertedBottleneck({
    inputs: channels,
    outputs: channels,
    expand: 3,
    dwStart,
    dwMiddle,
    random: Random.fromSeed(1)
  });
}

/** Hand-written blocks over the same values; batch norms outside of training are x / sqrt(1 + 1e-5). */
function byHand(block: core.Module, x: tf.Tensor4D): Record<string, () => tf.Tensor> {
  const weight = (name: string) => block.parameters().get(`${name}.conv.weight`)!.read();
  const norm = (y: tf.Tensor) => y.div(Math.sqrt(1 + 1e-5));
  const pixels = (y: tf.Tensor, name: string) => {
    const w = weight(name);
    return norm(
      tf
        .matMul(y.reshape([-1, y.shape.at(-1)!]), w.reshape(w.shape.slice(2)) as tf.Tensor2D)
        .reshape([...y.shape.slice(0, 3), w.shape[3]!])
    );
  };
  const depthwise = (y: tf.Tensor, name: string) =>
    norm(tf.depthwiseConv2d(y as tf.Tensor4D, weight(name).expandDims(3) as tf.Tensor4D, 1, 'same'));
  return {
    'inverted bottleneck': () => pixels(depthwise(pixels(x, 'expand').relu(), 'middle').relu(), 'project').add(x),
    ConvNext: () => pixels(pixels(depthwise(x, 'start'), 'expand').relu(), 'project').add(x),
    'feed-forward': () => pixels(pixels(x, 'expand').relu(), 'project').add(x),
    ExtraDW: () => pixels(depthwise(pixels(depthwise(x, 'start'), 'expand').relu(), 'middle').relu(), 'project').add(x)
  };
}

describe('MobileNetV4 [mobilenetv4]', () => {
  test.each([
    ['inverted bottleneck', 0, 3, C * 24 * 2 + 9 * 24 + 2 * (24 + 24 + C)],
    ['ConvNext', 3, 0, C * 24 * 2 + 9 * C + 2 * (C + 24 + C)],
    ['feed-forward', 0, 0, C * 24 * 2 + 2 * (24 + C)],
    ['ExtraDW', 5, 3, C * 24 * 2 + 25 * C + 9 * 24 + 2 * (C + 24 + 24 + C)]
  ])('%s is the block with depthwise kernels %d and %d', (name, dwStart, dwMiddle, parameters) => {
    const block = bottleneck(dwStart, dwMiddle);
    expect(block.countParameters()).toBe(parameters);
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R4>([2, 6, 6, C], 0, 1, 'float32', 5);
      expectClose(block.apply(x, Context.create()), byHand(block, x)[name](), 1e-5);
    });
    block.dispose();
  });

  test('attention with shared keys and values is plain attention where there is one head, and cheaper where there are several', () => {
    const shared = (heads: number) =>
      new layers.MultiQueryAttention({ channels: C, heads, random: Random.fromSeed(2) });
    const plain = (heads: number) =>
      new layers.SelfAttention({ width: C, heads, bias: false, random: Random.fromSeed(3) });
    const [one, other] = [shared(1), plain(1)];
    tf.tidy(() => {
      const weights = ['query', 'key', 'value'].map((name) => one.parameters().get(`${name}.weight`)!.variable);
      other.parameters().get('qkv.weight')!.variable.assign(tf.concat(weights, 1));
      other.parameters().get('output.weight')!.variable.assign(one.output.weight.variable);
      const x = tf.randomNormal([2, 3, 4, C], 0, 1, 'float32', 7);
      const tokens = other.apply(x.reshape([2, 12, C]), Context.create());
      expectClose(one.apply(x, Context.create()), tokens.reshape([2, 3, 4, C]), 1e-5);
    });
    const [four, fourOwn] = [shared(4), plain(4)];
    const flops = (module: core.Module) => module.cost({ length: 64, tokens: 64 }).flops!;
    expect(flops(four)).toBeLessThan(flops(fourOwn));
    [one, other, four, fourOwn].forEach((each) => each.dispose());
  });

  test('the small network has 3,774,024 parameters and 0.19 G multiplications with additions', () => {
    const model = models.mobileNetV4();
    expect(model.countParameters()).toBe(3_774_024);
    const { flops } = model.cost({ length: 224 ** 2, tokens: 224 ** 2 });
    expect((flops! * 224 ** 2) / 2e9).toBeCloseTo(0.19, 2);
    model.dispose();
  });

  test('every candidate of the space builds and has the blocks that it says', () => {
    const stages = [{ channels: 8 }, { channels: 16, depth: 2 }];
    const space = nas.space.uib({ stages });
    // 4 x 3 x 3 blocks: sequences of 1 to 4, and of 1 to 2.
    expect(space.size).toBe((36 + 36 ** 2 + 36 ** 3 + 36 ** 4) * (36 + 36 ** 2));
    const next = Random.fromSeed(0).generator();
    for (let i = 0; i < 5; i++) {
      const candidate = space.candidate(space.sample(next));
      const blocks = nas.uibBlocks(stages, candidate);
      expect(blocks.map(({ stride }) => stride).filter((stride) => stride === 2)).toHaveLength(2);
      const model = models.mobileNetV4({ stem: 8, blocks, expand: 16, inputs: 1, classes: 2 });
      const built = [...model.modules().values()].filter(({ kind }) => kind === 'inverted-bottleneck');
      expect(built).toHaveLength(blocks.length);
      model.dispose();
    }
  });

  test.each([
    [{ blocks: [] }, 'models.mobileNetV4: there must be a block, got 0'],
    [
      { blocks: [{ block: 'uib' as const, channels: 8, expand: 2, dwStart: 4, dwMiddle: 0 }] },
      'models.mobileNetV4: dwStart must be 0, 3, 5 or 7, got 4'
    ],
    [{ blocks: [{ block: 'conv' as const, channels: 0, size: 1 }] }, 'models.mobileNetV4: blocks[0].channels must be']
  ])('refuses %o', (options, message) => {
    expect(() => models.mobileNetV4(options)).toThrow(message);
  });
});
