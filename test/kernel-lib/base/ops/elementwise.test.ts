import { ops, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const all: [string, (x: tf.Tensor) => tf.Tensor][] = [
  ['gelu', ops.gelu],
  ['geluTanh', ops.geluTanh],
  ['silu', ops.silu],
  ['logSumExp', ops.logSumExp],
  ['standardize', (x) => ops.standardize(x, 1e-5)],
  ['rmsNormalize', (x) => ops.rmsNormalize(x, 1e-5)]
];

describe.each(all)('%s', (_name, f) => {
  test('gradients agree with finite differences', () => {
    expectGradients(f, [spread([2, 3, 5]).mul(2)]);
  });

  test('leaves only its result behind', () => {
    const x = spread([3, 4]);
    expectNoLeak(() => f(x), 1);
    expectNoLeak(() => tf.grad((x) => f(x).square().sum())(x), 1);
  });
});

test('gelu and silu at 0, and far from it', () => {
  const x = tf.tensor1d([0, 20, -20]);
  expectClose(ops.gelu(x), [0, 20, 0], 1e-6);
  expectClose(ops.geluTanh(x), [0, 20, 0], 1e-6);
  expectClose(ops.silu(x), [0, 20, 0], 1e-6);
});

test('logSumExp is safe at the ends of the range', () => {
  const x = tf.tensor2d([
    [1000, 1000],
    [-1000, -1000],
    [-Infinity, 3],
    [-500, 500],
    [-Infinity, -Infinity]
  ]);
  const values = [...ops.logSumExp(x).dataSync()];
  expectClose(values.slice(0, 4), [1000 + Math.LN2, -1000 + Math.LN2, 3, 500], 1e-6);
  expect(values[4]).toBe(-Infinity);
});

test('standardize gives mean 0 and variance 1, rmsNormalize mean square 1', () => {
  const x = spread([4, 64]).mul(3).add(5);
  const { mean, variance } = tf.moments(ops.standardize(x, 0), -1);
  expectClose(mean, [0, 0, 0, 0], 1e-5);
  expectClose(variance, [1, 1, 1, 1], 1e-5);
  expectClose(ops.rmsNormalize(x, 0).square().mean(-1), [1, 1, 1, 1], 1e-5);
});
