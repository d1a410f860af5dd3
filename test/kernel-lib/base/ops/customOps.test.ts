import { core, ops, tf } from '@switchyard/kernel-lib';
import {
  executeMultiple,
  executeSingle,
  hasCustomOps,
  useCustomOps
} from '@switchyard/kernel-lib/dist/base/backend/index.js';
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

  test.each(['gelu', 'silu'] as const)('experts whose rows are a %s: value and gradients', (name) => {
    const shapes = [...CASES, ...Array.from({ length: 20 }, (_, seed) => randomCase(seed))];
    shapes.forEach((shape) => {
      expectSame(() => {
        const { plan, x, w, weights, upstream } = inputsOf(shape);
        const routed = (x: tf.Tensor, w: tf.Tensor) => {
          const rows = ops[name](ops.dispatch(x as tf.Tensor2D, plan));
          return ops.combine(ops.groupedMatMul(rows, w as tf.Tensor3D, plan), weights, plan);
        };
        const gradients = tf.grads((x, w) => routed(x, w).mul(upstream).sum())([x, w]);
        return [routed(x, w), ...gradients];
      });
    });
  });

  test.each(['gelu', 'silu'] as const)('%s: value and gradient, far into both tails', (name) => {
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
      const ofBroken = ops.topK(broken, k).indices;
      const read = ops.readChoices(broken, ofBroken);
      return [
        ...[values, indices.toFloat(), shares(scores), ofBroken.toFloat()],
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

describe('sizes of tensors without elements', () => {
  const f = (shape: number[]) => tf.zeros(shape);
  const i = (shape: number[]) => tf.zeros(shape, 'int32');
  const whole = 2 ** 31 - 1;
  const rule = /sizes must be at most 2147483647, got \[/;
  test.each<[string, () => unknown, RegExp]>([
    [
      'combine',
      () => executeSingle('SwitchyardCombine', { k: 1 }, [f([0, 2 ** 61]), f([0]), tf.fill([8], -1, 'int32')]),
      rule
    ],
    [
      'the gradient along rows',
      () => executeSingle('SwitchyardTakeAlongRowsGrad', { columns: whole }, rows([2 ** 40, 0])),
      rule
    ],
    ['an outer product', () => executeSingle('SwitchyardGroupedOuter', {}, [f([0, 2 ** 31]), f([0, 2]), i([2])]), rule],
    ['a product of 2^32 + 5 columns', () => product([0, 3], [0, 3, 2 ** 32 + 5]), rule],
    [
      'an outer product of 2^65 values',
      () => executeSingle('SwitchyardGroupedOuter', {}, [f([0, whole]), f([0, whole]), i([9])]),
      /./
    ],
    [
      'a gradient of 2^62 values',
      () => executeSingle('SwitchyardTakeAlongRowsGrad', { columns: whole }, rows([whole, 0])),
      /./
    ]
  ])('%s: an error, and the process goes on', (_name, call, message) => {
    expect(() => tf.tidy(() => call() as tf.Tensor)).toThrow(message);
  });

  // Each op with inputs of its ranks (s: so many numbers), one size in three of them huge, and no element in any but a few.
  const SIZES = [0, 0, 1, 2, 3, 2 ** 31, 2 ** 32 + 5, 2 ** 40, 2 ** 61];
  const OPS: [string, Record<string, number | boolean | string>, string[], number][] = [
    ['SwitchyardTopK', { k: 1 }, ['f2'], 2],
    ['SwitchyardTakeAlongRowsGrad', { columns: 3 }, ['f2', 'i2'], 1],
    ['SwitchyardRowShares', {}, ['f2'], 1],
    ['SwitchyardRowSharesGrad', {}, ['f2', 'f2'], 1],
    ['SwitchyardChoices', {}, ['f2', 'i2'], 1],
    ['SwitchyardGroupedMatMul', { transpose_w: false }, ['f2', 'f3', 'i1'], 1],
    ['SwitchyardGroupedMatMul', { transpose_w: true }, ['f2', 'f3', 'i1'], 1],
    ['SwitchyardGroupedOuter', {}, ['f2', 'f2', 'i1'], 1],
    ['SwitchyardCrossEntropy', {}, ['f2', 'i1'], 2],
    ['SwitchyardCrossEntropyGrad', {}, ['f2', 'i1', 'f2', 'f1'], 1],
    ['SwitchyardMatMul', { transpose_a: false, transpose_b: true }, ['f2', 'f2'], 1],
    ['SwitchyardMatMul', { transpose_a: true, transpose_b: false }, ['f3', 'f3'], 1],
    ['SwitchyardCombine', { k: 1 }, ['f2', 'f1', 'i1'], 1],
    ['SwitchyardCombineGrad', {}, ['f2', 'f2', 'f2', 'i1'], 2],
    ['SwitchyardDispatch', { k: 1 }, ['f2', 'i1'], 1],
    ['SwitchyardPackedMatMul', { format: 'F16', rows: 1, columns: 2, transpose_w: true }, ['f2', 'i1', 'i1'], 1],
    ['SwitchyardPackedMatMul', { format: 'BF16', rows: 2, columns: 1, transpose_w: false }, ['f2', 'i1', 'i1'], 1],
    ['SwitchyardPackedGather', { format: 'F32', rows: 1, columns: 1 }, ['i1', 'i1'], 1],
    ['SwitchyardUnpack', { format: 'F32', matrices: 1, rows: 1, columns: 2, transpose: true }, ['i1'], 1],
    ['SwitchyardGroupedMatMulActivationGrad', { activation: 'gelu' }, ['f2', 'f3', 'i1', 'f2'], 1],
    ['SwitchyardActivation', { activation: 'gelu' }, ['f2'], 1],
    ['SwitchyardActivationGrad', { activation: 'silu' }, ['f2', 'f2'], 1],
    ['SwitchyardAttention', { heads: 1, groups: 1, causal: false, packed: false }, ['f3', 'f3', 'f3', 's1'], 2],
    ['SwitchyardAttention', { heads: 1, groups: 1, causal: true, packed: true }, ['f3', 'f3', 'f3', 's1'], 2],
    ['SwitchyardAttentionGrad', { heads: 1, groups: 1, causal: true, packed: false }, ['f3', 'f3', 'f3', 'f3', 'f3', 'f2', 's1'], 3], // prettier-ignore
    ['SwitchyardGraphSum', {}, ['f2', 'f2', 'i1', 'i1', 'i1'], 1],
    ['SwitchyardGraphDot', { heads: 1 }, ['f2', 'f2', 'i1', 'i1'], 1],
    ['SwitchyardGraphMax', {}, ['f2', 'i1', 'i1'], 2],
    ['SwitchyardGraphSoftmax', {}, ['f2', 'i1'], 1],
    ['SwitchyardGraphSoftmaxGrad', {}, ['f2', 'f2', 'i1'], 1],
    ['SwitchyardNorm', { centered: true }, ['f2', 'f1', 'f1', 's1'], 1],
    ['SwitchyardNormGrad', { centered: false }, ['f2', 'f2', 'f1', 'f1', 's1'], 3],
    ['SwitchyardAdamW', { N: 1 }, ['f2', 'f2', 'f2', 'f2', 's2', 's4'], 3]
  ];

  test.each(OPS)('%s %j: 2,000 draws end with a tensor or an error', (name, attributes, inputs, outputs) => {
    const next = random.child(`sizes of ${name}`).generator();
    const draw = (list: number[]): number => list[Math.floor(next() * list.length)];
    const ended = { tensor: 0, error: 0 };
    for (let n = 0; n < 2000; n++) {
      // Inputs of an op often share a size, so that some fit.
      const shared = [draw(SIZES), draw(SIZES), draw(SIZES)];
      const often = Math.max(0.7, 1 - 1 / inputs.length);
      const shapes = inputs.map(([kind, rank]) => {
        if (kind === 's') {
          return [Number(rank)];
        }
        const shape = Array.from({ length: Number(rank) }, (_, d) => (next() < often ? shared[d] : draw(SIZES)));
        // TensorFlow.js itself ends the process where the product of the other sizes is no int64.
        const bounded = shape.map((dim, d) => (dim > 3 && shape.slice(0, d).some((other) => other > 3) ? 2 : dim));
        const size = bounded.reduce((a, b) => a * b, 1);
        return size > 100 ? bounded.map((dim, d) => (d === 0 ? 0 : dim)) : bounded;
      });
      tf.tidy(() => {
        const tensors = inputs.map(([kind], at) => (kind === 'i' ? i(shapes[at]) : f(shapes[at])));
        try {
          executeMultiple(name, attributes, tensors, outputs);
          ended.tensor++;
        } catch (error) {
          expect(String(error)).toMatch(/Invalid TF_Status: \d+|must|got|fit/);
          ended.error++;
        }
      });
    }
    expect(ended.tensor).toBeGreaterThan(3);
    expect(ended.tensor + ended.error).toBe(2000);
  });

  function rows(shape: number[]): tf.Tensor[] {
    return [f(shape), i(shape)];
  }

  function product(x: number[], w: number[]): tf.Tensor {
    return executeSingle('SwitchyardGroupedMatMul', { transpose_w: false }, [f(x), f(w), i([1])]);
  }
});

describe('custom ops refuse what does not fit, and the process goes on', () => {
  const f = (shape: number[]) => tf.zeros(shape);
  const i = (values: number[]) => tf.tensor1d(values, 'int32');
  const refusals: [string, () => unknown, RegExp][] = [
    ['w of another depth', () => matMul(f([4, 3]), f([2, 5, 6]), [0, 2, 4]), /w \[2,5,6\] does not fit x \[4,3\]/],
    [
      'offsets that fall',
      () => matMul(f([4, 3]), f([2, 3, 6]), [0, 5, 4]),
      /offsets must rise from 0 to the number of rows, 4/
    ],
    ['offsets that end early', () => matMul(f([4, 3]), f([2, 3, 6]), [0, 2, 3]), /offsets must rise/],
    ['too few offsets', () => matMul(f([4, 3]), f([2, 3, 6]), [0, 4]), /offsets must have shape \[3\], got \[2\]/],
    [
      'rows that differ',
      () => executeSingle('SwitchyardGroupedOuter', {}, [f([4, 3]), f([5, 2]), i([0, 4])]),
      /x, dy and offsets/
    ],
    [
      'a row that is not there',
      () => executeSingle('SwitchyardCombine', { k: 1 }, [f([2, 3]), f([2, 1]), i([0, 2])]),
      /inverse must be -1\.\.1, got 2/
    ],
    [
      'a token that is not there',
      () => executeSingle('SwitchyardDispatch', { k: 2 }, [f([2, 3]), i([4])]),
      /source must be 0\.\.3, got 4/
    ],
    [
      'weights of another shape',
      () => executeMultiple('SwitchyardCombineGrad', {}, [f([2, 3]), f([1, 3]), f([3, 1]), i([0])], 2),
      /dx, y, weights and source/
    ],
    [
      'an unknown activation',
      () => executeSingle('SwitchyardActivation', { activation: 'tanh' }, [f([2])]),
      /must be relu, gelu or silu, got tanh/
    ],
    [
      'more choices than experts',
      () => executeMultiple('SwitchyardTopK', { k: 4 }, [f([2, 3])], 2),
      /at least k = 4, got \[2,3\]/
    ],
    [
      'a column that is not there',
      () => executeSingle('SwitchyardTakeAlongRowsGrad', { columns: 3 }, [f([1, 2]), i([0, 3]).reshape([1, 2])]),
      /indices must be 0\.\.2, got 3/
    ],
    [
      'choices of another shape',
      () => executeSingle('SwitchyardTakeAlongRowsGrad', { columns: 3 }, [f([1, 2]), i([0, 1])]),
      /dy and indices must be \[T, K\]/
    ],
    ['shares of a cube', () => executeSingle('SwitchyardRowShares', {}, [f([1, 2, 3])]), /x must be \[T, K\]/],
    [
      'shares of another shape',
      () => executeSingle('SwitchyardRowSharesGrad', {}, [f([1, 2]), f([2, 1])]),
      /dy and x must be \[T, K\]/
    ],
    [
      'a gradient of another shape',
      () => executeSingle('SwitchyardActivationGrad', { activation: 'gelu' }, [f([2]), f([3])]),
      /dy and x must have one shape/
    ],
    ...[
      [
        [4, 2],
        [1, 3, 2],
        [4, 2]
      ],
      [
        [4, 2],
        [1, 3, 2],
        [3, 3]
      ],
      [[4, 2], [1, 3, 2], [12]]
    ].map(([dy, w, x]): [string, () => unknown, RegExp] => [
      `an activation [${x.join(', ')}] of another shape than the product`,
      () => executeSingle('SwitchyardGroupedMatMulActivationGrad', { activation: 'gelu' }, [f(dy), f(w), i([2]), f(x)]),
      /x \[.*\] fits neither dy \[4,2\] nor w \[1,3,2\]/
    ])
  ];
  test.each(refusals)('%s', (_name, call, message) => {
    expect(() => tf.tidy(() => call() as tf.Tensor)).toThrow(message);
  });

  function matMul(x: tf.Tensor, w: tf.Tensor, offsets: number[]): tf.Tensor {
    return executeSingle('SwitchyardGroupedMatMul', { transpose_w: false }, [x, w, i(offsets)]);
  }
});
