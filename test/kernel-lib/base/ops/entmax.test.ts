import { ops, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectGradients } from '../../../support/gradients';
import { expectClose } from '../../../support/numeric';

test('entmax of alpha 2 is the projection on the simplex, rows sum to one, low scores are exactly 0; gradients', () => {
  tf.tidy(() => {
    // Of 1, 0.5 and -3 the threshold of sparsemax is 0.25; of alpha 1.5 the squares of 0.5 - t and 0.25 - t are 1.
    expectClose(ops.entmax(tf.tensor2d([[1, 0.5, -3]]), 2), [0.75, 0.25, 0]);
    const t = (0.75 - Math.sqrt(2 - 0.0625)) / 2;
    const found = ops.entmax(tf.tensor2d([[1, 0.5, -3], [101, 100.5, 97]])); // prettier-ignore
    expectClose(found, [(0.5 - t) ** 2, (0.25 - t) ** 2, 0, (0.5 - t) ** 2, (0.25 - t) ** 2, 0], 1e-5);
    expectClose(ops.entmax(tf.tensor2d([[1, 0.5, -3]]), 1.02), tf.softmax(tf.tensor2d([[1, 0.5, -3]])), 0.02);
    expectClose(ops.entmax(tf.tensor2d([[0, -Infinity]])), [1, 0]);
    const x = tf.tensor2d([[0.3, 0.1, -0.2, -4], [1, 0.9, 0.2, 0.4]]); // prettier-ignore
    [1.5, 2].forEach((alpha) => expectGradients((rows) => ops.entmax(rows as tf.Tensor2D, alpha), [x], 1e-2));
    expect(() => ops.entmax(x, 1)).toThrow('ops.entmax: alpha must be a number 1.01..2, got 1');
    expect(() => ops.entmax(tf.ones([2]) as never)).toThrow(/ops.entmax/);
  });
});
