import { tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('tensors that a tidy returns are kept wherever they lie, once, and all others go', () => {
  const before = tf.memory().numTensors;
  class Held {
    constructor(readonly inner: { list: tf.Tensor[] }) {}
  }
  const kept = tf.tidy(() => {
    const [a, b, c] = [tf.ones([2]), tf.zeros([3]), tf.ones([1])];
    a.add(1);
    const own: Record<string, unknown> = { a, again: a, nothing: null, text: 'b', held: new Held({ list: [b] }), values: new Float32Array(4), deep: [[c]] }; // prettier-ignore
    own.circle = own;
    return own as never;
  }) as { a: tf.Tensor; held: Held; deep: tf.Tensor[][] };
  expect(tf.memory().numTensors - before).toBe(3);
  expect([kept.a.shape, kept.held.inner.list[0].shape, kept.deep[0][0].shape]).toEqual([[2], [3], [1]]); // prettier-ignore
  // In an outer tidy they go with it.
  tf.tidy(() => void tf.tidy(() => [tf.ones([1])]));
  tf.dispose([kept.a, kept.held.inner.list, kept.deep] as never);
  expect(tf.memory().numTensors).toBe(before);
});

test('a typed array takes no time, and may be as long as it is', () => {
  const values = Float32Array.from({ length: 2 ** 21 }, (_, i) => i);
  const looked = (): never => {
    throw new Error('a typed array holds no tensors');
  };
  Object.defineProperty(values, 'last', { enumerable: true, get: looked });
  const start = performance.now();
  const [same, { values: inner }] = [tf.tidy(() => values as never), tf.tidy(() => ({ values }) as never) as { values: Float32Array }]; // prettier-ignore
  // It was some seconds, and an error from 2^24 values on.
  expect(performance.now() - start).toBeLessThan(1000);
  expect([same === values, inner === values]).toEqual([true, true]);
});
