/** @file Custom ops on what does not fit them: an error each, and the process goes on. */
import { core, tf } from '@switchyard/kernel-lib';
import { executeMultiple, executeSingle, hasCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { beforeAll, describe, expect, test } from 'vitest';

const random = core.Random.fromSeed(11);

beforeAll(() => {
  // Loads them.
  expect(hasCustomOps()).toBe(true);
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
  const OPS: [string, Record<string, number | boolean | string | number[]>, string[], number][] = [
    ['SwitchyardTopK', { k: 1 }, ['f2'], 2],
    ['SwitchyardTopKShares', { k: 1 }, ['f2'], 3],
    ['SwitchyardTakeAlongRowsGrad', { columns: 3 }, ['f2', 'i2'], 1],
    ['SwitchyardTopKSharesGrad', { columns: 3 }, ['f2', 'i2', 'f2'], 1],
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
    ['SwitchyardGated', { activation: 'gelu' }, ['f2', 'f2'], 1],
    ['SwitchyardGatedGrad', { activation: 'silu' }, ['f2', 'f2', 'f2'], 2],
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
    ['SwitchyardAdamW', { N: 1 }, ['f2', 'f2', 'f2', 'f2', 's2', 's4'], 3],
    ['SwitchyardAdamW', { N: 1, M: 1, masked: [0] }, ['f1', 'f1', 'f1', 'f1', 's2', 's4', 'b1'], 3],
    ['SwitchyardMaskedSquares', {}, ['f2', 'b2'], 1],
    ['SwitchyardElementwise', { function: 'multiply' }, ['f2', 'f1'], 1]
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
        const tensors = inputs.map(([kind], at) =>
          kind === 'b' ? tf.zeros(shapes[at], 'bool') : kind === 'i' ? i(shapes[at]) : f(shapes[at])
        );
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
    [
      'values of another shape than the gradient of their shares',
      () =>
        executeSingle('SwitchyardTopKSharesGrad', { columns: 3 }, [f([1, 2]), i([0, 1]).reshape([1, 2]), f([2, 1])]),
      /values must have the shape of dy, got \[2,1\]/
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
    [
      'a gate of another shape',
      () => executeSingle('SwitchyardGated', { activation: 'gelu' }, [f([2]), f([3])]),
      /gate and values must have one shape/
    ],
    [
      'gradients of a gate of another shape',
      () => executeMultiple('SwitchyardGatedGrad', { activation: 'gelu' }, [f([2]), f([2]), f([3])], 2),
      /dy, gate and values must have one shape/
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
