import { ops, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

describe('stopGradient', () => {
  test('keeps values and is a constant to gradients', () => {
    const gradient = tf.grad((x) => ops.stopGradient(x).mul(x).sum())(tf.tensor1d([2, 3]));
    expect([...gradient.dataSync()]).toEqual([2, 3]);
  });

  test('a variable behind it gets no gradient', () => {
    const [a, b] = [tf.variable(tf.scalar(2)), tf.variable(tf.scalar(5))];
    const { grads } = tf.variableGrads(() => ops.stopGradient(a.square()).mul(b) as tf.Scalar, [a, b]);
    expect(grads[b.name].dataSync()[0]).toBe(4);
    expect(grads[a.name] ?? null).toBeNull();
    tf.dispose([a, b]);
  });

  test('leaves only results behind', () => {
    const x = tf.tensor1d([1, 2]);
    expectNoLeak(() => ops.stopGradient(x), 1);
    expectNoLeak(() => tf.grad((x) => ops.stopGradient(x).mul(x).sum())(x), 1);
  });
});

describe('withGradient', () => {
  test('uses the gradient it is given', () => {
    const f = (x: tf.Tensor) =>
      ops.withGradient(
        [x],
        (save) => {
          save([x]);
          return x.square();
        },
        (dy, [x]) => [dy.mul(x).mul(100)]
      );
    expect([
      ...tf
        .grad(f)(tf.tensor1d([1, 2]))
        .dataSync()
    ]).toEqual([100, 200]);
  });

  test('frees what its backward pass computes before the next one starts', () => {
    const x = tf.tensor1d([1, 2]);
    /** Tensors alive when the last of two backward passes starts, each making so many on its way. */
    const aliveAfter = (scratch: number): number => {
      let alive = 0;
      const f = (x: tf.Tensor) =>
        ops.withGradient(
          [x],
          () => x.clone(),
          (dy) => {
            alive = tf.memory().numTensors;
            Array.from({ length: scratch }, () => tf.zeros([1]));
            return [dy.clone()];
          }
        );
      tf.grad((x) => f(f(x)))(x).dispose();
      return alive;
    };
    expect(aliveAfter(50)).toBe(aliveAfter(0));
  });
});

test('withoutGradient hides ops that have no gradient', () => {
  const gradient = tf.grad((x) => {
    const rank = ops.withoutGradient(() => tf.topk(x, 2).indices);
    return x.mul(rank.cast('float32')).sum();
  })(tf.tensor1d([1, 2]));
  expect([...gradient.dataSync()]).toEqual([1, 0]);
});
