/** @file Softmax in TensorFlow.js, which the library takes to an op of its own. */
import { core, tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';
import { opsRun } from '../../../support/opsRun';

afterEach(() => useCustomOps(true));

/** How many values differ, in whatever digit. */
function differing(a: tf.Tensor, b: tf.Tensor): number {
  const [x, y] = [a, b].map((of) => of.dataSync<'float32'>());
  return x.filter((value, i) => !Object.is(value, y[i])).length;
}

test.each([
  ['SwitchyardSoftmax', [1]],
  ['SwitchyardSoftmax', [7]],
  ['SwitchyardSoftmax', [40, 1]],
  ['SwitchyardSoftmax', [61, 33]],
  ['SwitchyardSoftmax', [2, 3, 4, 5]],
  ['SwitchyardSoftmax', [3, 5, 64]],
  ['SwitchyardSoftmax', [515, 16]],
  ['SwitchyardSoftmax', [301, 1000]],
  ['SwitchyardSoftmax', [9, 2048]],
  ['Softmax', [63, 33]],
  ['Softmax', [3, 9000]],
  ['Softmax', [2, 16384]]
] as [string, number[]][])('%s of %j: what TensorFlow computes, to the last bit', (op, shape) => {
  expectNoLeak(() => {
    tf.tidy(() => {
      const x = core.Random.fromSeed(shape.length).normal(shape, 0, 4);
      let y = x;
      expect(opsRun(() => (y = tf.softmax(x)))).toEqual([op]);
      useCustomOps(false);
      expect(differing(y, tf.softmax(x))).toBe(0);
      useCustomOps(true);
    });
  });
});

test('values that are not finite, or far from each other, as TensorFlow has them', () => {
  tf.tidy(() => {
    const x = tf.tensor2d([
      [NaN, 1, 2],
      [Infinity, 1, 2],
      [-Infinity, 1, 2],
      [-Infinity, -Infinity, -Infinity],
      [1e30, 0, -1e30],
      [-0, 0, 1e-40]
    ]);
    const own = tf.softmax(x).arraySync();
    useCustomOps(false);
    expect(own).toEqual(tf.softmax(x).arraySync());
  });
});

test('no values at all', () => {
  tf.tidy(() => {
    expect(tf.softmax(tf.zeros([0, 3])).shape).toEqual([0, 3]);
    expect(tf.softmax(tf.zeros([3, 0])).shape).toEqual([3, 0]);
  });
});
