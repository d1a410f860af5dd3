import { core, ops, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectNoLeak } from '../../../support/numeric';

const { embed, segmentSum } = ops;

test('embed takes rows by id and keeps the shape of the ids', () => {
  const table = tf.tensor2d([
    [0, 1],
    [10, 11],
    [20, 21]
  ]);
  const out = embed(table, tf.tensor2d([[2, 0, 2]], [1, 3], 'int32'));
  expect(out.arraySync()).toEqual([
    [
      [20, 21],
      [0, 1],
      [20, 21]
    ]
  ]);
});

test('the gradient of embed adds up the uses of a row', () => {
  const ids = tf.tensor1d([1, 1, 3, 1], 'int32');
  const gradient = tf.grad((table) => embed(table as tf.Tensor2D, ids).sum())(tf.zeros([4, 1]));
  expect([...gradient.dataSync()]).toEqual([0, 3, 0, 1]);
  expectGradients((table) => embed(table as tf.Tensor2D, ids), [spread([4, 3])]);
});

test('the gradient of embed has the same bits each time', () => {
  const random = core.Random.fromSeed(5);
  const ids = random.uniform([4000], 0, 7).cast('int32');
  const dy = random.normal([4000, 16]);
  const run = () =>
    tf
      .grad((table) => embed(table as tf.Tensor2D, ids))(tf.zeros([7, 16]), dy)
      .dataSync();
  const first = run();
  for (let i = 0; i < 10; i++) {
    expect(run()).toEqual(first);
  }
});

test('segmentSum adds rows of a segment, zeros where there are none', () => {
  const x = tf.tensor2d([[1], [2], [4], [8]]);
  const ids = tf.tensor1d([2, 0, 2, 0], 'int32');
  expect([...segmentSum(x, ids, 4).dataSync()]).toEqual([10, 0, 5, 0]);
  expectGradients((x) => segmentSum(x as tf.Tensor2D, ids, 4), [spread([4, 2])]);
});

test('what does not fit is refused', () => {
  expect(() => embed(tf.zeros([2, 2, 2]) as tf.Tensor as tf.Tensor2D, tf.zeros([1], 'int32'))).toThrow(
    'embed: expects shape [V, D], got [2, 2, 2]'
  );
  expect(() => segmentSum(tf.zeros([2, 2]), tf.zeros([3], 'int32'), 1)).toThrow('segmentSum: expects shape [2]');
  expect(() => segmentSum(tf.zeros([2, 2]), tf.zeros([2], 'int32'), 0)).toThrow('numSegments must be an integer');
});

test('leaves only results behind', () => {
  const table = spread([4, 3]) as tf.Tensor2D;
  const ids = tf.tensor1d([1, 3], 'int32');
  expectNoLeak(() => embed(table, ids), 1);
  expectNoLeak(() => tf.grad((t) => embed(t as tf.Tensor2D, ids).sum())(table), 1);
  expectNoLeak(
    () =>
      tf.grad((t) =>
        segmentSum(t as tf.Tensor2D, tf.zeros([4], 'int32'), 1)
          .square()
          .sum()
      )(table),
    1
  );
});
