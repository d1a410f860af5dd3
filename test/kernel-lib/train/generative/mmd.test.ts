import { core, generative, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

const { Random } = core;

test('mmd is what the formula gives, by hand', () => {
  const [a, b] = [tf.tensor2d([[0], [1]]), tf.tensor2d([[2], [4]])]; // prettier-ignore
  // Of b the mean squared distance is 4.
  const kernel = (distance: number): number =>
    [0.25, 1, 4].reduce((sum, factor) => sum + Math.exp(-(distance ** 2) / (2 * factor * 4)), 0) / 3;
  const across = (kernel(2) + kernel(4) + kernel(1) + kernel(3)) / 4;
  expect(generative.mmd(a, b)).toBeCloseTo(kernel(1) + kernel(2) - 2 * across, 6);
  tf.dispose([a, b]);
});

test('mmd is about nothing for samples of one distribution, and grows with their distance', () => {
  const random = Random.fromSeed(1);
  const draw = (name: string, by: number) => tf.tidy(() => random.child(name).normal([200, 3]).add<tf.Tensor2D>(by));
  const [a, same, near, far] = [draw('a', 0), draw('b', 0), draw('c', 0.5), draw('d', 2)];
  const [zero, small, large] = [same, near, far].map((other) => generative.mmd(a, other));
  expect(Math.abs(zero)).toBeLessThan(0.02);
  expect(small).toBeGreaterThan(0.03);
  expect(large).toBeGreaterThan(2 * small);
  expectNoLeak(() => void generative.mmd(a, near));
  const one = a.slice<tf.Tensor2D>([0, 0], [1, -1]);
  expect(() => generative.mmd(one, a)).toThrow('generative.mmd: a sample must have at least 2 points, got 1');
  tf.dispose([a, same, near, far, one]);
});
