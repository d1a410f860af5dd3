/** @file A gradient of a gradient is the right one or an error, never a wrong one without a word. */
import { graph, ops, tf } from '@switchyard/kernel-lib';
import { hasCustomOps, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { fusedAttention } from '@switchyard/kernel-lib/dist/base/ops/fusedAttention.js';
import { afterEach, describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';

/** Words of ours, and of TensorFlow.js of an op of its. */
const REFUSED = [
  'tf.grad: a gradient of a gradient must go through gradients that have one, got ',
  'Cannot compute gradient: gradient function not found'
];
const plan = ops.planDispatch(Int32Array.of(0, 1, 1, 0), { numTokens: 4, k: 1, numExperts: 2 });
const wires = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [3, 2]] }); // prettier-ignore
const two = (x: tf.Tensor): tf.Tensor2D => x as tf.Tensor2D;

/** Functions of a matrix [4, 6] whose second derivatives are not 0. */
const FUNCTIONS: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  gelu: (x) => ops.gelu(x),
  silu: (x) => ops.silu(x),
  'gated by itself': (x) => ops.gated('silu', x, x),
  standardize: (x) => ops.standardize(x, 1e-3),
  rmsNormalize: (x) => ops.rmsNormalize(x, 1e-3),
  rmsScale: (x) => ops.rmsScale(x, tf.ones([6]), 1e-3),
  layerNormalize: (x) => ops.layerNormalize(x, tf.ones([6]), tf.zeros([6]), 1e-3),
  rowShares: (x) => ops.rowShares(two(x.square().add(0.5))),
  'the best, squared': (x) => ops.topK(two(x), 2).values.square(),
  crossEntropy: (x) => ops.crossEntropy(two(x), tf.tensor1d([0, 3, 5, 1], 'int32')),
  logSumExp: (x) => ops.logSumExp(two(x)),
  'a grouped product with itself': (x) => ops.groupedMatMul(two(x), x.reshape([2, 2, 6]).transpose([0, 2, 1]) as tf.Tensor3D, plan), // prettier-ignore
  'dispatched and squared': (x) => ops.dispatch(two(x), plan).square(),
  'sums over neighbours, squared': (x) => graph.neighbourSum(two(x), wires).square(),
  'the greatest of neighbours, squared': (x) => graph.neighbourMax(two(x), wires).square(),
  'softmax among edges': (x) => graph.edgeSoftmax(two(x.slice([0, 0], [3, 6])), wires),
  attention: (x) => fusedAttention(x.expandDims(0), x.expandDims(0), x.expandDims(0), { heads: 2, groups: 2, causal: true, scale: 0.5 }) // prettier-ignore
};

/** TensorFlow.js's own that keep outputs, inputs, or both; of values above 0. */
const OWN: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  exp: tf.exp,
  softmax: tf.softmax,
  'log of softmax': tf.logSoftmax,
  'log of a sum of exponentials': (x) => tf.logSumExp(x, 1),
  square: tf.square,
  root: tf.sqrt,
  'root below one': tf.rsqrt,
  logarithm: tf.log,
  softplus: tf.softplus,
  elu: (x) => tf.elu(x.sub(1)),
  selu: (x) => tf.selu(x.sub(1)),
  'a power': (x) => tf.pow(x, 2.5),
  'a power of itself': (x) => tf.pow(x, x),
  quotient: (x) => tf.div(1, x),
  product: (x) => tf.matMul(two(x), two(x), false, true),
  'sum and mean': (x) => x.square().mean(0).add(x.sum(0).square()),
  'several of them': (x) => x.tanh().exp().mul(x.sigmoid()).sqrt().softmax(),
  'through a function with a gradient of its own that keeps its output': tf.customGrad((x, save) => {
    const y = (x as tf.Tensor).exp();
    (save as (tensors: tf.Tensor[]) => void)([y]);
    return { value: y, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => dy.mul(saved[0]) };
  }) as (x: tf.Tensor) => tf.Tensor
};

/** Of these the gradient compares values, or is an op without one. */
const WITHOUT = ['log of a sum of exponentials', 'elu', 'selu', 'a power of itself'];

test.each(Object.keys(OWN))('TensorFlow.js’s own: %s', (name) => {
  const x = tf.tidy(() => spread([4, 6]).add(1.5));
  const check = (): void => expectGradients((of) => tf.tidy(() => tf.grad((y) => OWN[name](y))(of)), [x], 1e-2);
  if (WITHOUT.includes(name)) {
    expect(check).toThrow('Cannot compute gradient: gradient function not found for');
  } else {
    check();
  }
  x.dispose();
});

test('and so do gradients of these', () => {
  tf.tidy(() => {
    const x = tf.tensor1d([0.5, 1]);
    const third = tf.grad((a) => tf.grad((b) => tf.grad((c) => c.exp())(b))(a))(x);
    const differences = third.sub(x.exp()).abs();
    expect(Math.max(...differences.dataSync())).toBeLessThan(1e-5);
  });
});

afterEach(() => useCustomOps(true));

describe.each([true, false])('custom ops %s', (custom) => {
  test.each(Object.keys(FUNCTIONS))('%s', (name) => {
    useCustomOps(custom);
    if (name === 'attention' && !hasCustomOps()) {
      return;
    }
    const x = spread([4, 6]);
    let refused = '';
    try {
      expectGradients((of) => tf.tidy(() => tf.grad(FUNCTIONS[name])(of)), [x], 1e-2);
    } catch (error) {
      const { message } = error as Error;
      if (!REFUSED.some((words) => message.startsWith(words))) {
        throw error;
      }
      refused = message;
    }
    // Products and sums have one whatever way they go.
    expect(refused === '' || !name.includes('neighbours, squared') || name.includes('greatest')).toBe(true);
    x.dispose();
  });
});

test('a gradient that is a number to the outer one is taken as it is', () => {
  tf.tidy(() => {
    const x = spread([2, 3]);
    const slope = tf.grad((y) => ops.silu(y).sum());
    const expected = slope(x);
    const outer = tf.grad((x) => {
      // Of first order, as where a step of training is part of a loss.
      const inner = slope(
        x
          .clone()
          .square()
          .sub(x.square())
          .add(spread([2, 3]))
      );
      expect(Math.max(...inner.sub(expected).abs().dataSync())).toBeLessThan(1e-5);
      return x.mul(3).sum();
    })(x);
    expect([...outer.dataSync()]).toEqual(Array(6).fill(3));
  });
});
