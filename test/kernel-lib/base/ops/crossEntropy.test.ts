import { ops, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { crossEntropy } = ops;
const labels = (...ids: number[]) => tf.tensor1d(ids, 'int32');

test('equal logits cost log V', () => {
  expectClose(crossEntropy(tf.zeros([2, 5]), labels(0, 4)), [Math.log(5), Math.log(5)], 1e-6);
});

test('is minus the log of the label’s probability', () => {
  const logits = tf.log(tf.tensor2d([[0.1, 0.2, 0.7]])) as tf.Tensor2D;
  expectClose(crossEntropy(logits, labels(1)), [-Math.log(0.2)], 1e-6);
});

test('large and infinite logits stay finite where the label can happen', () => {
  const logits = tf.tensor2d([
    [1e4, 0],
    [0, -Infinity]
  ]);
  expectClose(crossEntropy(logits, labels(1, 0)), [1e4, 0], 1e-6);
});

test('gradients agree with finite differences', () => {
  expectGradients((x) => crossEntropy(x as tf.Tensor2D, labels(0, 3, 2)), [spread([3, 4])]);
});

test('NaN stays in its row', () => {
  const loss = crossEntropy(
    tf.tensor2d([
      [NaN, 1],
      [0, 0]
    ]),
    labels(0, 0)
  );
  expect(loss.dataSync()[0]).toBeNaN();
  expectClose([loss.dataSync()[1]], [Math.LN2], 1e-6);
});

test('shapes that do not fit are refused', () => {
  expect(() => crossEntropy(tf.zeros([2, 3]), labels(0))).toThrow('crossEntropy: expects shape [2], got [1]');
});

test('leaves only results behind', () => {
  const x = spread([3, 4]) as tf.Tensor2D;
  const y = labels(0, 1, 2);
  expectNoLeak(() => crossEntropy(x, y), 1);
  expectNoLeak(() => tf.grad((x) => crossEntropy(x as tf.Tensor2D, y).sum())(x), 1);
});
