import { core, layers, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

describe('ShuffleNet V2 [shufflenet-v2]', () => {
  test('a shuffle takes the channels of groups in turn, and one with as many groups as a group had channels undoes it', () => {
    tf.tidy(() => {
      const x = tf.tensor([[0, 1, 2, 3, 4, 5]]);
      expect([...layers.channelShuffle(x, 2).dataSync()]).toEqual([0, 3, 1, 4, 2, 5]);
      expect([...layers.channelShuffle(layers.channelShuffle(x, 2), 3).dataSync()]).toEqual([0, 1, 2, 3, 4, 5]);
      expect(() => layers.channelShuffle(x, 4)).toThrow(
        'layers.channelShuffle: groups must divide the channels (6), got 4'
      );
    });
  });

  // As torchvision's networks have them.
  test.each([
    [0.5, 1_366_792],
    [1, 2_278_604],
    [1.5, 3_503_624],
    [2, 7_393_996]
  ] as const)('at scale %d it has %d parameters', (scale, parameters) => {
    const model = models.shuffleNetV2({ scale });
    expect(model.countParameters()).toBe(parameters);
    model.dispose();
  });

  test('has 146 million multiplications with additions at scale 1, as the paper says', () => {
    const model = models.shuffleNetV2();
    const { flops } = model.cost({ length: 224 ** 2, tokens: 224 ** 2 });
    expect(Math.abs((flops! * 224 ** 2) / 2 / 146e6 - 1)).toBeLessThan(0.02);
    model.dispose();
  });

  test('half of the channels pass a unit untouched, and within the branch all convolutions are of equal width', () => {
    const model = models.shuffleNetV2({ scale: 0.5, inputs: 1, classes: 2 });
    const units = [...model.modules()].filter(([, { kind }]) => kind === 'shuffle-unit');
    expect(units).toHaveLength(16);
    const [, unit] = units[1];
    for (const [path, { shape }] of unit.parameters()) {
      if (path.endsWith('conv.weight') && shape.length === 4) {
        expect(shape.slice(2)).toEqual([24, 24]);
      }
    }
    tf.tidy(() => {
      const x = tf.randomNormal([1, 4, 4, 48], 0, 1, 'float32', 3);
      const y = layers.channelShuffle(unit.apply(x, core.Context.create()), 24);
      const [before, after] = [x, y].map((each) => [...each.slice([0, 0, 0, 0], [-1, -1, -1, 24]).dataSync()]);
      expect(after).toEqual(before);
    });
    model.dispose();
  });
});
