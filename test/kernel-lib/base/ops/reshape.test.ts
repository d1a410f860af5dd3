/** @file Reshaping in TensorFlow.js, which the library takes to an op of its own. */
import { tf } from '@switchyard/kernel-lib';
import { executeSingle, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';
import { opsRun } from '../../../support/opsRun';

afterEach(() => useCustomOps(true));

test.each([
  ['SwitchyardReshape', [2, 3, 4], [6, 4], [6, 4]],
  ['SwitchyardReshape', [2, 3, 4], [-1, 8], [3, 8]],
  ['SwitchyardReshape', [2, 3, 4], [-1], [24]],
  ['SwitchyardReshape', [1], [], []],
  ['SwitchyardReshape', [], [1, 1], [1, 1]],
  ['SwitchyardReshape', [0, 4], [2, 0], [2, 0]],
  ['SwitchyardReshape', [0, 4], [-1, 2], [0, 2]],
  [null, [2, 3, 4], [2, 3, 4], [2, 3, 4]],
  [null, [6, 4], [-1, 4], [6, 4]],
  [null, [], [], []]
] as [string | null, number[], number[], number[]][])('%s: %j as %j is %j', (op, from, to, shape) => {
  expectNoLeak(() => {
    const x = tf.randomNormal(from, 0, 1, 'float32', 1);
    const values = [...x.dataSync()];
    let y: tf.Tensor | null = null;
    expect(opsRun(() => (y = x.reshape(to)))).toEqual(op === null ? [] : [op]);
    // Neither is gone with the other.
    x.dispose();
    expect(y!.shape).toEqual(shape);
    expect([...y!.dataSync()]).toEqual(values);
    const z = y!.reshape(from);
    y!.dispose();
    expect([...z.dataSync()]).toEqual(values);
    z.dispose();
  });
});

test.each([
  [[2, 3], [7]],
  [
    [2, 3],
    [-1, 4]
  ],
  [
    [2, 3],
    [-1, -1]
  ],
  [
    [2, 3],
    [-2, 3]
  ]
])('what does not fit is refused as by TensorFlow: %j as %j', (from, to) => {
  const messageOf = (): string => {
    try {
      tf.tidy(() => tf.zeros(from).reshape(to));
      return 'nothing';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const own = messageOf();
  useCustomOps(false);
  expect(own).toBe(messageOf());
  expect(own).not.toBe('nothing');
});

test('other types are TensorFlow’s', () => {
  tf.tidy(() => {
    const x = tf.tensor2d([[1, 2, 3]], [1, 3], 'int32');
    expect(opsRun(() => x.reshape([3]))).toEqual(['Reshape']);
    expect(x.reshape([3]).dtype).toBe('int32');
    expect(opsRun(() => x.reshape([1, 3]))).toEqual([]);
  });
});

test('gradients take the way back', () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3, 4]);
    const gradient = (to: number[]): number[] => [
      ...tf
        .grad((v) => v.reshape(to).square().sum())(x)
        .dataSync()
    ];
    expect(gradient([2, 2])).toEqual([2, 4, 6, 8]);
    expect(gradient([4])).toEqual([2, 4, 6, 8]);
  });
});

test('the op refuses sizes of another number of values', () => {
  tf.tidy(() => {
    const run = (sizes: number[]): unknown => executeSingle('SwitchyardReshape', { sizes }, [tf.zeros([2, 3])]);
    expect(() => run([4])).toThrow(/sizes must be of 6 values, got \[4\]/);
    expect(() => run([-1, 6])).toThrow();
  });
});
