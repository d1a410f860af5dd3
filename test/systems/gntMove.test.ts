import { moe, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLayer } from '../support/gntMove';
import { makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const WIDTH = 16;

describe('[gnt-move]', () => {
  test('the permanent expert works on every token', () => {
    const layer = makeLayer(true, 1);
    const x = makeTokens(20, WIDTH);
    const whole = tf.tensor2d(outputOf(layer, x), [20, WIDTH]);
    setValue(layer, 'experts.w2', (w) => tf.zerosLike(w));
    const alone = tf.tensor2d(outputOf(layer, x), [20, WIDTH]);
    expect(tf.tidy(() => alone.abs().max(1).min().dataSync()[0])).toBeGreaterThan(1e-3);
    expect(tf.tidy(() => whole.sub(alone).abs().max().dataSync()[0])).toBeGreaterThan(1e-3);
    tf.dispose([x, whole, alone]);
    layer.dispose();
  });

  test('the loss is 0 for equal routing, log 2 for opposite, and symmetric', () => {
    tf.tidy(() => {
      const probs = tf.tensor2d([
        [1, 0],
        [0, 1],
        [0.5, 0.5],
        [1, 0]
      ]);
      const of = (a: number, b: number) =>
        moe.neighbourConsistencyLoss(probs, tf.tensor2d([[a, b]], [1, 2], 'int32')).dataSync()[0];
      expectClose([of(0, 3), of(0, 1), of(0, 2)], [0, Math.log(2), of(2, 0)], 1e-6);
    });
  });

  test('its gradient is half the log of a choice over the mean of both: choices that are apart are pulled together', () => {
    const [p, q] = [
      [0.7, 0.2, 0.1],
      [0.1, 0.3, 0.6]
    ];
    tf.tidy(() => {
      const pairs = tf.tensor2d([[0, 2]], undefined, 'int32');
      const grad = tf.grad((probs) => moe.neighbourConsistencyLoss(probs as tf.Tensor2D, pairs));
      const [first, other, second] = grad(tf.tensor2d([p, [0.2, 0.2, 0.6], q])).arraySync() as number[][];
      const half = (of: number[]) => of.map((each, i) => Math.log(each / ((p[i] + q[i]) / 2)) / 2);
      expectClose(first, half(p), 1e-5);
      expectClose(second, half(q), 1e-5);
      // What is in no pair is left alone.
      expectClose(other, [0, 0, 0], 0);
    });
  });

  test('the loss is the mean over pairs', () => {
    tf.tidy(() => {
      const probs = tf.tensor2d([1, 0, 0, 1], [2, 2]);
      const four = tf.tensor2d([0, 1, 0, 0, 1, 1, 1, 0], [4, 2], 'int32');
      const loss = moe.neighbourConsistencyLoss(probs, four);
      expectClose([loss.dataSync()[0]], [Math.log(2) / 2], 1e-6);
    });
  });
});
