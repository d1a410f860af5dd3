import { ops, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectNoLeak } from '../../../support/numeric';

const { argsort, sort } = ops;

test('sorts the last axis', () => {
  const x = tf.tensor3d([
    [
      [3, 1, 2],
      [0, -1, 5]
    ]
  ]);
  expect(sort(x).arraySync()).toEqual([
    [
      [1, 2, 3],
      [-1, 0, 5]
    ]
  ]);
  expect(sort(x, { descending: true }).arraySync()).toEqual([
    [
      [3, 2, 1],
      [5, 0, -1]
    ]
  ]);
});

test('equal values keep their order', () => {
  const x = tf.tensor1d([1, 0, 1, 0]);
  expect([...argsort(x).dataSync()]).toEqual([1, 3, 0, 2]);
  expect([...argsort(x, { descending: true }).dataSync()]).toEqual([0, 2, 1, 3]);
});

test('NaN ranks as Infinity', () => {
  const x = tf.tensor1d([NaN, 1, -Infinity, 0]);
  expect([...sort(x).dataSync()]).toEqual([-Infinity, 0, 1, NaN]);
  expect([...argsort(x, { descending: true }).dataSync()]).toEqual([0, 1, 3, 2]);
});

test('gradients go back to where a value came from', () => {
  const gradient = tf.grad((x) =>
    sort(x)
      .mul(tf.tensor1d([1, 2, 3]))
      .sum()
  )(tf.tensor1d([30, 10, 20]));
  expect([...gradient.dataSync()]).toEqual([3, 1, 2]);
  expectGradients((x) => sort(x, { descending: true }), [spread([2, 3, 4])]);
});

test('a scalar is refused', () => {
  expect(() => sort(tf.scalar(1))).toThrow('sort: expects a tensor of rank 1 or more, got 0');
  expect(() => argsort(tf.scalar(1))).toThrow('argsort: expects');
});

test('leaves only results behind', () => {
  const x = spread([2, 5]);
  expectNoLeak(() => sort(x), 1);
  expectNoLeak(() => argsort(x), 1);
  expectNoLeak(() => tf.grad((x) => sort(x).square().sum())(x), 1);
});
