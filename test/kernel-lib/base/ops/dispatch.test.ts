import { ops, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { EMPTY_PLANS, PLANS } from './plans';

const { combine, dispatch } = ops;
const WIDTH = 3;

const tokens = (plan: ops.DispatchPlan) => spread([plan.numTokens, WIDTH]) as tf.Tensor2D;
const rows = (plan: ops.DispatchPlan) => spread([plan.rows, WIDTH], 50) as tf.Tensor2D;
const weights = (plan: ops.DispatchPlan) => spread([plan.numTokens, plan.k], 90) as tf.Tensor2D;

describe.each([...PLANS, ...EMPTY_PLANS])('dispatch and combine: $name', ({ plan }) => {
  test('dispatch copies each token to its rows', () => {
    const x = tokens(plan);
    const values = x.arraySync();
    const expected = [...plan.source].flatMap((a) => values[Math.floor(a / plan.k)]);
    const out = dispatch(x, plan);
    expect(out.shape).toEqual([plan.rows, WIDTH]);
    expect([...out.dataSync()]).toEqual(expected);
  });

  test('combine weighs and adds the rows of each token', () => {
    const [y, w] = [rows(plan), weights(plan)];
    const [yValues, wValues] = [y.arraySync(), w.arraySync()];
    const expected = wValues.flatMap((own, t) => {
      const sum = new Array<number>(WIDTH).fill(0);
      own.forEach((weight, j) => {
        const row = plan.inverse[t * plan.k + j];
        sum.forEach((_, d) => (sum[d] += row < 0 ? 0 : weight * yValues[row][d]));
      });
      return sum;
    });
    const out = combine(y, w, plan);
    expect(out.shape).toEqual([plan.numTokens, WIDTH]);
    expectClose(out, expected, 1e-6);
  });

  test('gradients agree with finite differences', () => {
    expectGradients((x) => dispatch(x as tf.Tensor2D, plan), [tokens(plan)]);
    expectGradients((y, w) => combine(y as tf.Tensor2D, w as tf.Tensor2D, plan), [rows(plan), weights(plan)]);
  });

  test('leaves only results behind', () => {
    const inputs = [tokens(plan), rows(plan), weights(plan)] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    expectNoLeak(() => dispatch(inputs[0], plan), 1);
    expectNoLeak(() => combine(inputs[1], inputs[2], plan), 1);
    expectNoLeak(
      () =>
        tf.grad((x) =>
          dispatch(x as tf.Tensor2D, plan)
            .square()
            .sum()
        )(inputs[0]),
      1
    );
    expectNoLeak(
      () => tf.grads((y, w) => combine(y as tf.Tensor2D, w as tf.Tensor2D, plan).sum())([inputs[1], inputs[2]]),
      2
    );
  });
});

test('a NaN row reaches only the tokens that it belongs to', () => {
  const plan = ops.planDispatch(Int32Array.of(0, 1, -1), { numTokens: 3, k: 1, numExperts: 2 });
  const y = tf.tensor2d([[1], [NaN]]);
  const out = combine(y, tf.ones([3, 1]), plan);
  expect([...out.dataSync()]).toEqual([1, NaN, 0]);
});

test('shapes that do not fit the plan are refused', () => {
  const { plan } = PLANS[0];
  expect(() => dispatch(tf.zeros([4, 2]), plan)).toThrow('dispatch: expects shape [3, D], got [4, 2]');
  expect(() => combine(tf.zeros([5, 2]), tf.zeros([3, 2]), plan)).toThrow('combine: expects shape [6, D], got [5, 2]');
  expect(() => combine(tf.zeros([6, 2]), tf.zeros([3, 1]), plan)).toThrow('combine: expects shape [3, 2], got [3, 1]');
});
