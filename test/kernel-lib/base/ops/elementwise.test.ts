/** @file Sums, differences and products value by value, in the custom op, against TensorFlow's own kernels. */
import { tf } from '@switchyard/kernel-lib';
import { executeSingle, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';
import { opsRun } from '../../../support/opsRun';

afterEach(() => useCustomOps(true));

const FUNCTIONS = { add: tf.add, sub: tf.sub, mul: tf.mul };

/** Values of all magnitudes, with what is not finite and both zeros among them. */
function values(shape: number[], seed: number): tf.Tensor {
  return tf.tidy(() => {
    const x = tf.randomNormal(shape, 0, 1, 'float32', seed).dataSync().slice();
    [NaN, Infinity, -Infinity, 0, -0, 1e-42, 3e38].forEach((special, i) => {
      const at = i * 5 + seed;
      if (at < x.length) {
        x[at] = special;
      }
    });
    return tf.tensor(x, shape);
  });
}

const bits = (x: tf.Tensor): number[] => [...new Int32Array(x.dataSync().slice().buffer)];

describe.each(Object.entries(FUNCTIONS))('%s', (_, f) => {
  test.each([
    ['of one shape', [3, 7, 5], [3, 7, 5], true],
    ['of many pieces', [257, 130], [257, 130], true],
    ['with a row', [9, 33], [33], true],
    ['with a row of many pieces', [3, 20000], [20000], true],
    ['with rows of the last dimensions', [4, 6, 17], [6, 17], true],
    ['with a scalar', [40, 1000], [], true],
    ['of scalars', [], [], true],
    ['with nothing in it', [0, 20], [20], true],
    ['with a row that is short', [9, 3], [3], false],
    ['with a column', [9, 33], [9, 1], false]
  ] as [string, number[], number[], boolean][])('%s is to the last bit that of TensorFlow', (_, a, b, custom) => {
    expectNoLeak(() =>
      tf.tidy(() => {
        const [x, y] = [values(a, 1), values(b, 2)];
        for (const [left, right] of [
          [x, y],
          [y, x]
        ]) {
          // prettier-ignore
          const turned = left === y && f === tf.sub && a.length !== b.length;
          const names = opsRun(() => f(left, right));
          expect(names.includes('SwitchyardElementwise')).toBe(custom && !turned);
          const own = bits(f(left, right));
          useCustomOps(false);
          expect(bits(f(left, right))).toEqual(own);
          useCustomOps(true);
        }
      })
    );
  });

  test('gradients, of a row that is repeated too', () => {
    const [x, y, dy] = [values([9, 33], 50), tf.randomNormal([33]), tf.randomNormal([9, 33])];
    const gradients = (): number[][] =>
      tf.tidy(() =>
        tf
          .grads((a, b) => f(a, b))([x, y], dy)
          .map(bits)
      );
    const own = gradients();
    useCustomOps(false);
    expect(gradients()).toEqual(own);
    tf.dispose([x, y, dy]);
  });
});

test('what is no float32 is TensorFlow’s', () => {
  tf.tidy(() => {
    const [a, b] = [tf.tensor1d([1, 2, 3], 'int32'), tf.tensor1d([4, 5, 6], 'int32')];
    expect(opsRun(() => a.add(b))).toEqual(['Add']);
    expect([...a.add(b).dataSync()]).toEqual([5, 7, 9]);
  });
});

test.each([
  [[2, 3], [2]],
  [[3], [2, 3]],
  [
    [2, 3],
    [1, 2, 3]
  ]
])('the op refuses b that is not at the end of a: %j, %j', (a, b) => {
  tf.tidy(() => {
    const run = (): unknown => executeSingle('SwitchyardElementwise', { function: 'add' }, [tf.zeros(a), tf.zeros(b)]);
    expect(run).toThrow(/b must have the shape of a or of its last dimensions/);
  });
});
