import { core, ops, tf } from '@switchyard/kernel-lib';
import { executeSingle, hasCustomOps, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { topKShares } from '@switchyard/kernel-lib/dist/base/ops/topK.js';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const random = core.Random.fromSeed(11);

// Each function once with the custom ops and once composed of TensorFlow's own.
function onBothPaths<T>(f: () => T): [T, T] {
  useCustomOps(true);
  expect(hasCustomOps()).toBe(true);
  const custom = f();
  useCustomOps(false);
  expect(hasCustomOps()).toBe(false);
  return [custom, f()];
}

function expectSame(f: () => tf.Tensor[], tolerance = 1e-5): void {
  tf.tidy(() => {
    const [custom, composed] = onBothPaths(f);
    composed.forEach((tensor, i) => {
      expect(custom[i].shape).toEqual(tensor.shape);
      expectClose(custom[i], tensor, tolerance);
    });
  });
}

beforeAll(() => {
  // Loads them.
  expect(hasCustomOps()).toBe(true);
});

afterEach(() => {
  useCustomOps(true);
});

interface Case {
  name: string;
  numTokens: number;
  k: number;
  numExperts: number;
  width: number;
  hidden: number;
  capacity: number | null;
  /** Expert of each choice. */
  choose: (next: () => number, choice: number) => number;
}

const anyOf = (numExperts: number) => (next: () => number) => Math.floor(next() * numExperts);
const CASES: Case[] = [
  {
    name: 'many experts',
    numTokens: 130,
    k: 3,
    numExperts: 16,
    width: 24,
    hidden: 40,
    capacity: null,
    choose: anyOf(16)
  },
  { name: 'empty experts', numTokens: 9, k: 2, numExperts: 32, width: 8, hidden: 8, capacity: null, choose: anyOf(5) },
  {
    name: 'one expert takes all',
    numTokens: 600,
    k: 1,
    numExperts: 4,
    width: 16,
    hidden: 300,
    capacity: null,
    choose: () => 2
  },
  { name: 'drops', numTokens: 64, k: 2, numExperts: 4, width: 12, hidden: 20, capacity: 10, choose: anyOf(4) },
  {
    name: 'unused choices',
    numTokens: 50,
    k: 4,
    numExperts: 3,
    width: 10,
    hidden: 6,
    capacity: null,
    choose: (next, j) => (j > 1 ? -1 : anyOf(3)(next))
  },
  { name: 'no row at all', numTokens: 5, k: 1, numExperts: 2, width: 4, hidden: 4, capacity: 0, choose: anyOf(2) },
  {
    name: 'one token, one expert',
    numTokens: 1,
    k: 1,
    numExperts: 1,
    width: 1,
    hidden: 1,
    capacity: null,
    choose: () => 0
  }
];

/** Sizes drawn anew: one, prime and beyond a tile. */
function randomCase(seed: number): Case {
  const next = random.child(`case ${seed}`).generator();
  const upTo = (limit: number) => 1 + Math.floor(next() ** 2 * limit);
  const numExperts = upTo(40);
  const [numTokens, width, hidden] = [upTo(400), upTo(70), upTo(70)];
  const capacity = next() < 0.3 ? upTo(30) : null;
  const k = upTo(Math.min(4, numExperts));
  return { name: '', numTokens, k, numExperts, width, hidden, capacity, choose: anyOf(upTo(numExperts)) };
}

function inputsOf({ numTokens, k, numExperts, width, hidden, capacity, choose }: Case) {
  const next = random.child('choices').generator();
  const indices = Int32Array.from({ length: numTokens * k }, (_, a) => choose(next, a % k));
  return {
    plan: ops.planDispatch(indices, { numTokens, k, numExperts, capacity }),
    x: random.child('x').normal([numTokens, width]) as tf.Tensor2D,
    w: random.child('w').normal([numExperts, width, hidden]) as tf.Tensor3D,
    weights: random.child('weights').uniform([numTokens, k]) as tf.Tensor2D,
    upstream: random.child('upstream').normal([numTokens, hidden]) as tf.Tensor2D
  };
}

describe('custom ops agree with the composed path', () => {
  test.each(CASES)('$name: value and gradients', agree);

  test('random shapes', () => {
    Array.from({ length: 30 }, (_, seed) => agree(randomCase(seed)));
  });

  function agree(shape: Case): void {
    expectSame(() => {
      const { plan, x, w, weights, upstream } = inputsOf(shape);
      const routed = (x: tf.Tensor, w: tf.Tensor, weights: tf.Tensor) => {
        const rows = ops.groupedMatMul(ops.dispatch(x as tf.Tensor2D, plan), w as tf.Tensor3D, plan);
        return ops.combine(rows, weights as tf.Tensor2D, plan);
      };
      const gradients = tf.grads((x, w, weights) => routed(x, w, weights).mul(upstream).sum())([x, w, weights]);
      return [routed(x, w, weights), ...gradients];
    });
  }

  const activations = ['gelu', 'silu'] as const;
  test.each(activations.flatMap((name) => [[name, 'alone'] as const, [name, 'as a gate'] as const]))(
    'experts whose rows are a %s %s: value and gradients',
    (name, how) => {
      const shapes = [...CASES, ...Array.from({ length: 20 }, (_, seed) => randomCase(seed))];
      shapes.forEach((shape) => {
        expectSame(() => {
          const { plan, x, w, weights, upstream } = inputsOf(shape);
          const routed = (x: tf.Tensor, w: tf.Tensor) => {
            const dispatched = ops.dispatch(x as tf.Tensor2D, plan);
            const rows =
              how === 'alone' ? ops[name](dispatched) : ops.gated(name, dispatched, dispatched.square().sub(1));
            return ops.combine(ops.groupedMatMul(rows, w as tf.Tensor3D, plan), weights, plan);
          };
          const gradients = tf.grads((x, w) => routed(x, w).mul(upstream).sum())([x, w]);
          return [routed(x, w), ...gradients];
        });
      });
    }
  );

  test.each(activations)('the gradient of a product with a %s is that of both ops, bit for bit', (activation) => {
    Array.from({ length: 30 }, (_, seed) =>
      tf.tidy(() => {
        const { plan, x, w, upstream } = inputsOf(randomCase(seed));
        const rows = ops.dispatch(x, plan);
        const dy = ops.dispatch(upstream, plan);
        const offsets = tf.tensor1d(plan.offsets, 'int32');
        const apart = executeSingle('SwitchyardGroupedMatMul', { transpose_w: true }, [dy, w, offsets]);
        const expected = executeSingle('SwitchyardActivationGrad', { activation }, [apart, rows]);
        const fused = executeSingle('SwitchyardGroupedMatMulActivationGrad', { activation }, [dy, w, offsets, rows]);
        expect([...fused.dataSync()]).toEqual([...expected.dataSync()]);
      })
    );
  });

  test.each(activations)('a gate by %s: value and gradients', (name) => {
    for (const shape of [[1], [7, 5], [40, 1001], [3, 2, 2]]) {
      expectSame(() => {
        const [x, values, upstream] = [0, 1, 2].map((i) => random.child(`gate ${i}`).normal(shape, 0, 2));
        const gradients = tf.grads((x, values) => ops.gated(name, x, values).mul(upstream).sum())([x, values]);
        return [ops.gated(name, x, values), ...gradients];
      });
    }
  });

  test.each(activations)('%s: value and gradient, far into both tails', (name) => {
    expectSame(() => {
      const x = tf.concat([random.normal([1000], 0, 3), tf.tensor1d([-80, -20, -0, 0, 20, 80])]);
      return [ops[name](x), tf.grad((x) => ops[name](x).mul(x).sum())(x)];
    });
  });

  test.each([
    [1, 1, 1],
    [7, 5, 5],
    [300, 40, 2],
    [513, 70, 8],
    [65, 64, 17]
  ])('top-k, shares and what the host reads: %i tokens, %i experts, k %i', (numTokens, numExperts, k) => {
    expectSame(() => {
      // Ties, and scores that are none.
      const rounded = random.normal([numTokens, numExperts]).mul(4).round().div(4) as tf.Tensor2D;
      const row = tf.tensor1d(Array.from({ length: numExperts }, (_, e) => [NaN, 1, -Infinity, Infinity][e % 4]));
      const broken = tf.concat([rounded, row.expandDims<tf.Tensor2D>(0)], 0);
      const scores = tf.softmax(rounded);
      const upstream = random.child('upstream').normal([numTokens, k]);
      const shares = (x: tf.Tensor) => ops.rowShares(ops.topK(x as tf.Tensor2D, k).values);
      const { values, indices } = ops.topK(scores, k);
      const both = topKShares(scores, k);
      expectClose(both.shares, shares(scores), 0);
      expectClose(both.values, values, 0);
      expectClose(both.indices, indices, 0);
      const loss = (f: (x: tf.Tensor2D) => tf.Tensor) => tf.grad((x) => f(x as tf.Tensor2D).mul(upstream).sum())(scores); // prettier-ignore
      const gradient = loss((x) => topKShares(x, k).shares);
      expectClose(gradient, loss(shares), 0);
      expectClose(loss((x) => topKShares(x, k).values), loss((x) => ops.topK(x, k).values), 0); // prettier-ignore
      const ofBroken = ops.topK(broken, k).indices;
      const read = ops.readChoices(broken, ofBroken);
      return [
        ...[values, indices.toFloat(), both.shares, ofBroken.toFloat()],
        gradient,
        tf.grad((x) => shares(x).mul(upstream).sum())(scores),
        tf.grad((x) =>
          ops
            .takeAlongRows(x as tf.Tensor2D, indices)
            .mul(upstream)
            .sum()
        )(scores),
        tf.tensor1d([read.broken, ...read.indices])
      ];
    });
  });

  test('the tensor count stays flat', () => {
    expectNoLeak(() => {
      tf.tidy(() => {
        const { plan, x, w, weights } = inputsOf(CASES[0]);
        const loss = (w: tf.Tensor) =>
          ops.combine(ops.groupedMatMul(ops.dispatch(x, plan), w as tf.Tensor3D, plan), weights, plan).sum();
        tf.grad(loss)(w);
        tf.grad((x) =>
          ops
            .rowShares(ops.topK(x as tf.Tensor2D, 2).values)
            .square()
            .sum()
        )(x);
        ops.readChoices(x, ops.topK(x, 3).indices);
      });
    });
  });
});
