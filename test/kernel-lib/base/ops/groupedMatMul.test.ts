import { ops, tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { EMPTY_PLANS, PLANS } from './plans';
import { CUSTOM_OPS, ofCustomOps } from '../../../support/customOps';

const { groupedBias, groupedMatMul } = ops;
const [D, H] = [3, 4];

interface Inputs {
  x: tf.Tensor2D;
  w: tf.Tensor3D;
  y: tf.Tensor2D;
  bias: tf.Tensor2D;
}

function inputs(plan: ops.DispatchPlan): Inputs {
  return {
    x: spread([plan.rows, D]) as tf.Tensor2D,
    w: spread([plan.numExperts, D, H], 40) as tf.Tensor3D,
    y: spread([plan.rows, H], 80) as tf.Tensor2D,
    bias: spread([plan.numExperts, H], 120) as tf.Tensor2D
  };
}

function expertOf(row: number, plan: ops.DispatchPlan): number {
  return plan.offsets.findIndex((_, expert) => row < plan.offsets[expert + 1]);
}

describe.each([...PLANS, ...EMPTY_PLANS])('grouped ops: $name', ({ plan }) => {
  test('each row meets the matrix of its expert', () => {
    const { x, w } = inputs(plan);
    const [xs, ws] = [x.arraySync(), w.arraySync()];
    const expected = xs.flatMap((row, r) => {
      const matrix = ws[expertOf(r, plan)];
      return matrix[0].map((_, h) => row.reduce((sum, value, d) => sum + value * matrix[d][h], 0));
    });
    const out = groupedMatMul(x, w, plan);
    expect(out.shape).toEqual([plan.rows, H]);
    expectClose(out, expected, 1e-6);
  });

  test('each row meets the bias of its expert', () => {
    const { y, bias } = inputs(plan);
    const biases = bias.arraySync();
    const expected = y.arraySync().flatMap((row, r) => row.map((value, h) => value + biases[expertOf(r, plan)][h]));
    expectClose(groupedBias(y, bias, plan), expected, 1e-6);
  });

  test('gradients agree with finite differences', () => {
    const { x, w, y, bias } = inputs(plan);
    expectGradients((x, w) => groupedMatMul(x as tf.Tensor2D, w as tf.Tensor3D, plan), [x, w]);
    expectGradients((y, bias) => groupedBias(y as tf.Tensor2D, bias as tf.Tensor2D, plan), [y, bias]);
  });

  test('leaves only results behind', () => {
    const { x, w, y, bias } = inputs(plan);
    expectNoLeak(() => groupedMatMul(x, w, plan), 1);
    expectNoLeak(() => groupedBias(y, bias, plan), 1);
    expectNoLeak(
      () =>
        tf.grads((x, w) =>
          groupedMatMul(x as tf.Tensor2D, w as tf.Tensor3D, plan)
            .square()
            .sum()
        )([x, w]),
      2
    );
    expectNoLeak(
      () =>
        tf.grads((y, b) =>
          groupedBias(y as tf.Tensor2D, b as tf.Tensor2D, plan)
            .square()
            .sum()
        )([y, bias]),
      2
    );
  });
});

describe('how groupedMatMul multiplies without custom ops', () => {
  beforeAll(() => {
    useCustomOps(false);
  });
  afterAll(() => {
    useCustomOps(true);
  });

  /** Matrix products that TensorFlow runs for this routing, forward and backward. */
  async function countProducts(experts: number[], numExperts: number): Promise<number> {
    const plan = ops.planDispatch(Int32Array.from(experts), { numTokens: experts.length, k: 1, numExperts });
    const { x, w } = inputs(plan);
    const multiply = (x: tf.Tensor, w: tf.Tensor) => groupedMatMul(x as tf.Tensor2D, w as tf.Tensor3D, plan);
    const { kernels } = await tf.profile(() => tf.grads(multiply)([x, w], tf.ones([plan.rows, H])));
    return kernels.filter(({ name }) => name === 'BatchMatMul').length;
  }

  test('one product each way for balanced experts', async () => {
    expect(await countProducts([0, 1, 2, 3, 4, 5], 6)).toBe(3);
  });

  test('one product each way and expert where most experts are idle', async () => {
    expect(await countProducts([0, 5, 5, 0, 5, 0], 12)).toBe(6);
  });
});

test('a NaN token spoils the rows and the gradient of its own expert only', () => {
  const plan = ops.planDispatch(Int32Array.of(0, 1), { numTokens: 2, k: 1, numExperts: 2 });
  const x = tf.tensor2d([[NaN], [2]]);
  const w = tf.ones<tf.Rank.R3>([2, 1, 1]);
  expect([...groupedMatMul(x, w, plan).dataSync()]).toEqual([NaN, 2]);
  const gradient = tf.grad((w) => groupedMatMul(x, w as tf.Tensor3D, plan).sum())(w);
  expect([...gradient.dataSync()]).toEqual([NaN, 2]);
});

test('shapes that do not fit the plan are refused', () => {
  const { plan } = PLANS[0];
  const x = tf.zeros<tf.Rank.R2>([6, 2]);
  expect(() => groupedMatMul(tf.zeros([5, 2]), tf.zeros([4, 2, 3]), plan)).toThrow('expects shape [6, D], got [5, 2]');
  expect(() => groupedMatMul(x, tf.zeros([3, 2, 3]), plan)).toThrow('expects shape [4, 2, H], got [3, 2, 3]');
  expect(() => groupedMatMul(x, tf.zeros([4, 3, 3]), plan)).toThrow('expects shape [4, 2, H], got [4, 3, 3]');
  expect(() => groupedBias(x, tf.zeros([4, 3]), plan)).toThrow('groupedBias: expects shape [4, 2], got [4, 3]');
});

describe('a product with rows that are an activation', () => {
  const plan = ops.planDispatch(Int32Array.of(0, 1, 1, 0, 1, 1, 0, 1), { numTokens: 8, k: 1, numExperts: 2 });
  const x = spread([8, 64]) as tf.Tensor2D;
  const w = spread([2, 64, 1], 40) as tf.Tensor3D;
  const product = (rows: tf.Tensor) => groupedMatMul(rows as tf.Tensor2D, w, plan);

  test.skipIf(!CUSTOM_OPS)('does not keep them for the gradient', ofCustomOps, () => {
    const buffersThen = (rows: (x: tf.Tensor2D) => tf.Tensor) => {
      let buffers = 0;
      const before = tf.memory().numDataBuffers;
      tf.tidy(() => {
        const noted = (y: tf.Tensor) =>
          ops.withGradient(
            [y],
            () => y.clone(),
            (dy) => {
              // The forward pass has ended.
              buffers = tf.memory().numDataBuffers - before;
              return [dy.clone()];
            }
          );
        tf.grad((x) => noted(product(rows(x as tf.Tensor2D))).sum())(x);
      });
      return buffers;
    };
    const none = buffersThen((x) => x);
    expect(buffersThen(ops.gelu)).toBe(none);
    expect(buffersThen((x) => ops.gated('silu', x, x))).toBe(none);
    // Another op's result is kept.
    expect(buffersThen((x) => x.square())).toBe(none + 1);
  });

  test('has a gradient with regard to them where one is asked for, also within another', () => {
    const rows = ops.gelu(x);
    const expected = tf.grad((rows) => product(rows).sum())(rows);
    tf.grad((x) => {
      const activated = ops.gelu(x);
      const [inner] = tf.grads((activated) => product(activated).sum().add(activated.sum()))([activated]);
      expectClose(inner, expected.add(1), 1e-6);
      return product(activated).sum();
    })(x);
  });

  test('has one with regard to them under a later gradient', () => {
    let activated: tf.Tensor | null = null;
    tf.grad((x) => {
      activated = tf.keep(ops.gelu(x));
      return activated.sum();
    })(x);
    const expected = tf.grad((rows) => product(rows).sum())(ops.gelu(x));
    expectClose(tf.grad((rows) => product(rows).sum())(activated!), expected, 1e-6);
  });

  test('is added up where they go on another way as well', () => {
    const gradient = tf.grad((x) => {
      const activated = ops.gelu(x);
      return product(activated).sum().add(activated.square().sum());
    })(x);
    const apart = tf
      .grad((x) => product(ops.gelu(x)).sum())(x)
      .add(tf.grad((x) => ops.gelu(x).square().sum())(x));
    expectClose(gradient, apart, 1e-5);
  });
});
