import { models } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const SIDE = 224;
const cost = (options: Parameters<typeof models.lcnet>[0]) => {
  const model = models.lcnet(options);
  const { flops, parameters } = model.cost({ length: SIDE ** 2, tokens: SIDE ** 2 });
  model.dispose();
  return { flops: flops!, parameters };
};

describe('PP-LCNet [pp-lcnet]', () => {
  test('parameters are those of the formula: blocks of k k C + C P, with two batch norms, and what the tail adds', () => {
    const blocks = [
      ...[[16, 32, 3], [32, 64, 3], [64, 64, 3], [64, 128, 3], [128, 128, 3], [128, 256, 3]],
      ...Array.from({ length: 5 }, () => [256, 256, 5]),
      ...[[256, 512, 5], [512, 512, 5]]
    ]; // prettier-ignore
    const separable = blocks.reduce((sum, [from, to, k]) => sum + k * k * from + from * to + 2 * from + 2 * to, 0);
    const excitation = [256, 512].reduce((sum, c) => sum + 2 * c * (c / 4) + c / 4 + c, 0);
    const ends = 27 * 16 + 2 * 16 + 512 * 1280 + 1280 * 1000 + 1000;
    expect(cost({}).parameters).toBe(separable + excitation + ends);
  });

  // Millions of parameters as published (2109.15099, table 1).
  test.each([
    [0.25, 1.5],
    [0.5, 1.9],
    [1, 3.0],
    [2, 6.5]
  ])('at scale %d it has about %d million parameters', (scale, millions) => {
    expect(Math.abs(cost({ scale }).parameters / 1e6 - millions)).toBeLessThan(0.06);
  });

  test('each of its four choices changes the operations by less than 3 %', () => {
    const whole = cost({}).flops;
    const without = [{ activation: 'relu' as const }, { seAt: 'none' as const }, { tailKernel: 3 }, { expand: 0 }];
    without.forEach((options) => expect(Math.abs(cost(options).flops / whole - 1)).toBeLessThan(0.03));
    // Larger kernels and excitation in all blocks would not be for nothing.
    expect(cost({ seAt: 'all' }).parameters).toBeGreaterThan(cost({}).parameters);
  });

  test.each([
    [{ scale: 0 }, 'models.lcnet: scale must be a number of at least 0.001, got 0'],
    [{ seAt: 'head' as never }, 'models.lcnet: seAt must be one of tail, all, none'],
    [{ classes: 0 }, 'models.lcnet: classes must be an integer of at least 1, got 0']
  ])('refuses %o', (options, message) => {
    expect(() => models.lcnet(options)).toThrow(message);
  });
});
