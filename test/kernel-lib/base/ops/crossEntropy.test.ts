import { ops, tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { CUSTOM_OPS, ofCustomOps } from '../../../support/customOps';

const { crossEntropy } = ops;
const labels = (...ids: number[]) => tf.tensor1d(ids, 'int32');

afterEach(() => {
  useCustomOps(true);
});

test('the custom op, TensorFlow and the formula give the same losses and gradients, each row with its own weight', () => {
  tf.tidy(() => {
    const logits = spread([300, 77]).mul(9) as tf.Tensor2D;
    const ids = tf.tensor1d(
      Int32Array.from({ length: 300 }, (_, t) => (t * 31) % 77),
      'int32'
    );
    const weights = spread([300]).add(2);
    const results = [true, false].map((on) => {
      useCustomOps(on);
      const { value, grad } = tf.valueAndGrad((x) =>
        crossEntropy(x as tf.Tensor2D, ids)
          .mul(weights)
          .sum()
      )(logits);
      return { losses: crossEntropy(logits, ids), value, grad };
    });
    const [custom, native] = results;
    expectClose(custom.losses, native.losses, 1e-5);
    expectClose(custom.grad, native.grad, 1e-5);
    const probs = tf.softmax(logits).sub(tf.oneHot(ids, 77));
    expectClose(custom.grad, probs.mul(weights.expandDims(1)), 1e-5);
  });
});

// TensorFlow's own op says it in its words, and on a GPU not at all.
test.skipIf(!CUSTOM_OPS)(
  'a label that is no class is an error that names the rule, and the process goes on',
  ofCustomOps,
  () => {
    expect(() => crossEntropy(tf.zeros([2, 3]), labels(0, 3))).toThrow(/labels must be 0\.\.2, got 3/);
    expect(() => crossEntropy(tf.zeros([2, 3]), labels(-1, 0))).toThrow(/labels must be 0\.\.2, got -1/);
  }
);

test('equal logits cost log V', () => {
  expectClose(crossEntropy(tf.zeros([2, 5]), labels(0, 4)), [Math.log(5), Math.log(5)], 1e-6);
});

test('is minus the log of the label’s probability', () => {
  const logits = tf.log(tf.tensor2d([[0.1, 0.2, 0.7]])) as tf.Tensor2D;
  expectClose(crossEntropy(logits, labels(1)), [-Math.log(0.2)], 1e-6);
});

test('a gradient where a logit is minus infinite, and one far above the others', () => {
  const logits = tf.tensor2d([
    [0, -Infinity],
    [1e4, 0]
  ]);
  const gradient = tf.grad((x) => crossEntropy(x as tf.Tensor2D, labels(0, 1)).sum())(logits);
  expectClose(gradient, [0, 0, 1, -1], 1e-6);
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
