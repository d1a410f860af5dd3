import { routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, finiteDifferences } from '../../../support/numeric';

const LOGITS = [
  [2, -1, 0.5, 1],
  [0, 3, -2, 0.1]
];

const softmax = (row: number[]) => {
  const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
  return row.map((logit) => Math.exp(logit) / sum);
};
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

describe('selectTopK', () => {
  test('weights are the softmax of the chosen, renormalised where asked', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d(LOGITS);
      const plain = routers.selectTopK(logits, { k: 2, renormalize: false });
      expect(plain.indices.arraySync()).toEqual([
        [0, 3],
        [1, 3]
      ]);
      const [a, b] = LOGITS.map(softmax);
      expectClose(plain.weights, [a[0], a[3], b[1], b[3]], 1e-6);
      const renormalized = routers.selectTopK(logits, { k: 2 });
      expectClose(
        renormalized.weights,
        [a[0] / (a[0] + a[3]), a[3] / (a[0] + a[3]), b[1] / (b[1] + b[3]), b[3] / (b[1] + b[3])],
        1e-6
      );
    });
  });

  test('a single choice keeps its score unless asked', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d(LOGITS);
      expectClose(
        routers.selectTopK(logits, { k: 1 }).weights,
        LOGITS.map((row) => Math.max(...softmax(row))),
        1e-6
      );
      expectClose(routers.selectTopK(logits, { k: 1, renormalize: true }).weights, [1, 1], 1e-6);
    });
  });

  test('sigmoid scores weigh each expert by itself, and their probabilities sum to 1', () => {
    tf.tidy(() => {
      const routing = routers.selectTopK(tf.tensor2d(LOGITS), { k: 2, scores: 'sigmoid', renormalize: false });
      expectClose(routing.weights, [sigmoid(2), sigmoid(1), sigmoid(3), sigmoid(0.1)], 1e-6);
      expectClose(routing.probs.sum(1), [1, 1], 1e-6);
    });
  });

  test('a selection bias changes the choice and not the weights', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d(LOGITS);
      const selectionBias = tf.tensor1d([0, 0, 10, 0]);
      const routing = routers.selectTopK(logits, { k: 2, renormalize: false, selectionBias });
      expect(routing.indices.arraySync()).toEqual([
        [2, 0],
        [2, 1]
      ]);
      const [a, b] = LOGITS.map(softmax);
      expectClose(routing.weights, [a[2], a[0], b[2], b[1]], 1e-6);
    });
  });

  test.each([
    { scores: 'softmax', renormalize: true, bias: false },
    { scores: 'softmax', renormalize: false, bias: true },
    { scores: 'sigmoid', renormalize: true, bias: true }
  ] as const)('gradients agree with finite differences: %o', ({ scores, renormalize, bias }) => {
    tf.tidy(() => {
      const logits = tf.tensor2d(LOGITS);
      const target = tf.tensor2d([
        [1, -2],
        [3, 0.5]
      ]);
      const selectionBias = bias ? tf.tensor1d([0, 0, 3, 0]) : null;
      const f = (x: tf.Tensor) =>
        routers
          .selectTopK(x as tf.Tensor2D, { k: 2, scores, renormalize, selectionBias })
          .weights.mul(target)
          .sum() as tf.Scalar;
      expectClose(tf.grad(f)(logits), finiteDifferences(f, logits), 1e-3);
    });
  });

  test('k outside 1..numExperts', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d(LOGITS);
      expect(() => routers.selectTopK(logits, { k: 5 })).toThrow('selectTopK: k must be 1..numExperts (4), got 5');
      expect(() => routers.selectTopK(logits, { k: 0 })).toThrow('got 0');
      expect(() => routers.selectTopK(logits, { k: 1.5 })).toThrow('got 1.5');
    });
  });
});
