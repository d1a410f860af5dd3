import { core, ops, tf } from '@switchyard/kernel-lib';
import { executeSingle, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { CUSTOM_OPS, ofCustomOps } from '../../../support/customOps';

const random = core.Random.fromSeed(17);
const ints = (values: ArrayLike<number>): tf.Tensor1D => tf.tensor1d(Array.from(values), 'int32');
afterEach(() => useCustomOps(true));

/** A product of one of the kernels: its inputs, what computes it, and the whole matrix [D, P] that its values stand in. */
interface Case {
  x: tf.Tensor2D;
  values: tf.Tensor;
  product: (x: tf.Tensor2D, values: tf.Tensor) => tf.Tensor2D;
  /** The matrix with its zeros, as a function of the values: what is multiplied densely. */
  whole: (values: tf.Tensor) => tf.Tensor2D;
}

interface Sizes {
  rows: number;
  /** Inputs and outputs, in blocks where there are some. */
  inputs: number;
  outputs: number;
  /** Inputs and outputs of a block; n and m of a pattern. */
  block: [number, number];
  /** Share that is left. */
  density: number;
}

type Make = (sizes: Sizes, next: () => number) => Case;

function normal(shape: number[], next: () => number): tf.Tensor {
  return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * next() - 1), shape); // prettier-ignore
}

const blocks: Make = ({ rows, inputs, outputs, block: [I, O], density }, next) => {
  const columns: number[] = [];
  const starts = [0];
  for (let row = 0; row < outputs; row++) {
    for (let column = 0; column < inputs; column++) {
      if (next() < density) {
        columns.push(column);
      }
    }
    starts.push(columns.length);
  }
  const pattern: ops.SparsePattern = {
    ...{ inputs: inputs * I, outputs: outputs * O, block: { inputs: I, outputs: O } },
    ...{ starts: Int32Array.from(starts), columns: Int32Array.from(columns) }
  };
  const places = columns.flatMap((column, at) => {
    const row = starts.filter((start) => start <= at).length - 1;
    return Array.from({ length: I * O }, (_, i) => (column * I + Math.floor(i / O)) * outputs * O + row * O + (i % O));
  });
  return {
    ...{ x: normal([rows, inputs * I], next) as tf.Tensor2D, values: normal([columns.length, I, O], next) },
    product: (x, values) => ops.sparseMatMul(x, values as tf.Tensor3D, pattern),
    whole: (values) => scatter(values, places, [inputs * I, outputs * O])
  };
};

const pattern: Make = ({ rows, inputs, outputs, block: [n, m] }, next) => {
  const shape: [number, number, number] = [inputs, n, outputs];
  const chosen = new Int32Array(inputs * n * outputs);
  const places: number[] = [];
  for (let group = 0; group < inputs; group++) {
    for (let output = 0; output < outputs; output++) {
      const all = Array.from({ length: m }, (_, i) => i).sort(() => next() - 0.5);
      for (let j = 0; j < n; j++) {
        const at = (group * n + j) * outputs + output;
        chosen[at] = all[j];
        places[at] = (group * m + all[j]) * outputs + output;
      }
    }
  }
  const words = tf.tensor3d(ops.packPlaces(chosen, shape), [inputs, n, Math.ceil(outputs / 8)], 'int32');
  return {
    ...{ x: normal([rows, inputs * m], next) as tf.Tensor2D, values: normal(shape, next) },
    product: (x, values) => ops.patternMatMul(x, values as tf.Tensor3D, words, m),
    whole: (values) => scatter(values, places, [inputs * m, outputs])
  };
};

/** As many inputs and outputs as they are blocks of; some of the rows live, one of them twice where there are any. */
function liveOf(count: number, density: number, next: () => number): Int32Array {
  const live = Array.from({ length: count }, (_, i) => i).filter(() => next() < density);
  return Int32Array.from(live.length > 0 ? [...live, live[0]] : live);
}

/** [count, count of live]: which live row a row is. */
const selection = (live: Int32Array, count: number): tf.Tensor2D =>
  ints(live)
    .expandDims(1)
    .equal(tf.range(0, count, 1, 'int32'))
    .toFloat()
    .reshape([live.length, count])
    .transpose();

const liveInputs: Make = ({ rows, inputs, outputs, density }, next) => {
  const live = liveOf(inputs, density, next);
  return {
    ...{ x: normal([rows, inputs], next) as tf.Tensor2D, values: normal([inputs, outputs], next) },
    product: (x, values) => ops.liveInputsMatMul(x, values as tf.Tensor2D, live),
    whole: (values) => {
      const at = selection(live, inputs);
      return tf.matMul(tf.matMul(at, at, false, true), values as tf.Tensor2D);
    }
  };
};

const liveOutputs: Make = ({ rows, inputs, outputs, density }, next) => {
  const live = liveOf(outputs, density, next);
  return {
    ...{ x: normal([rows, inputs], next) as tf.Tensor2D, values: normal([outputs, inputs], next) },
    product: (x, values) => ops.liveOutputsMatMul(x, values as tf.Tensor2D, live),
    whole: (values) => tf.matMul(values as tf.Tensor2D, selection(live, outputs), true)
  };
};

function scatter(values: tf.Tensor, places: number[], [inputs, outputs]: [number, number]): tf.Tensor2D {
  const flat = tf.unsortedSegmentSum(values.reshape([-1, 1]), ints(places), inputs * outputs);
  return flat.reshape([inputs, outputs]);
}

const KERNELS: Record<string, Make> = { blocks, pattern, 'live inputs': liveInputs, 'live outputs': liveOutputs };
const SMALL: Sizes = { rows: 5, inputs: 3, outputs: 4, block: [2, 3], density: 0.6 };

/** One, prime, and above what a register, a tile, a panel and a thread's piece hold. */
function drawn(seed: number): [Sizes, () => number] {
  const next = random.child(`case ${seed}`).generator();
  const upTo = (limit: number): number => 1 + Math.floor(next() ** 2 * limit);
  const m = upTo(16);
  const sizes = { rows: upTo(140), inputs: upTo(40), outputs: upTo(90), density: next() };
  return [{ ...sizes, block: [1 + Math.floor(next() * m), m] }, next];
}

describe.each(Object.entries(KERNELS))('a product of %s', (_name, make) => {
  const [fixed, next] = [SMALL, random.child('small').generator()];

  test.each([
    ['custom', true],
    ['composed', false]
  ])('has the gradients of finite differences, %s', (_, custom) => {
    useCustomOps(custom);
    const { x, values, product } = make(fixed, next);
    expectGradients(
      (a, b) =>
        product(a as tf.Tensor2D, b)
          .square()
          .sum(),
      [x, values],
      5e-3
    );
    tf.dispose([x, values]);
  });

  test('of drawn shapes: values and gradients are those of the dense product, on both paths', () => {
    for (let seed = 0; seed < 25; seed++) {
      tf.tidy(() => {
        const { x, values, product, whole } = make(...drawn(seed));
        const expected = tf.matMul(x, whole(values));
        const weights = spread(expected.shape);
        const gradients = (f: (x: tf.Tensor, values: tf.Tensor) => tf.Tensor) => tf.grads((a, b) => f(a, b).mul(weights).sum())([x, values]); // prettier-ignore
        const dense = gradients((a, b) => tf.matMul(a as tf.Tensor2D, whole(b)));
        for (const custom of [true, false]) {
          useCustomOps(custom);
          const y = product(x, values);
          expect(y.shape).toEqual(expected.shape);
          expectClose(y, expected.dataSync(), 1e-5);
          gradients((a, b) => product(a as tf.Tensor2D, b)).forEach((each, i) => expectClose(each, dense[i].dataSync(), 1e-4)); // prettier-ignore
        }
      });
    }
  });

  test('keeps no tensor', () => {
    const { x, values, product } = make(fixed, next);
    expectNoLeak(() => tf.dispose(tf.grads((a, b) => product(a as tf.Tensor2D, b).sum())([x, values])));
    tf.dispose([x, values]);
  });

  test.each([
    ['no rows', { rows: 0 }],
    ['one of all', { rows: 1, inputs: 1, outputs: 1, block: [1, 1], density: 1 }],
    ['nothing left', { density: 0 }]
  ] as [string, Partial<Sizes>][])('of %s', (_title, some) => {
    for (const custom of [true, false]) {
      useCustomOps(custom);
      tf.tidy(() => {
        const { x, values, product, whole } = make({ ...fixed, ...some }, next);
        const y = product(x, values);
        const expected = tf.matMul(x, whole(values));
        expect(y.shape).toEqual(expected.shape);
        expectClose(y, expected.dataSync(), 1e-6);
      });
    }
  });
});

test.each([1, 4, 5, 8, 16, 32].flatMap((outputs) => [1, 3].map((inputs) => [inputs, outputs] as [number, number])))(
  'one row times blocks of %i x %i is what it is among others',
  (...block) => {
    const next = random.child('one row').generator();
    tf.tidy(() => {
      const { x, values, product, whole } = blocks({ rows: 20, inputs: 70, outputs: 9, block, density: 0.5 }, next);
      const one = x.slice([3, 0], [1, -1]);
      const y = product(one, values);
      expectClose(y, tf.matMul(one, whole(values)).dataSync(), 1e-5);
      expectClose(y, product(x, values).slice([3, 0], [1, -1]).dataSync(), 1e-5);
    });
  }
);

describe('places that are held', () => {
  test('give the same, are counted, and go with what holds them', () => {
    const pattern: ops.SparsePattern = { inputs: 3, outputs: 2, starts: Int32Array.of(0, 1, 2), columns: Int32Array.of(2, 0) }; // prettier-ignore
    const [x, values] = [spread([4, 3]) as tf.Tensor2D, tf.tensor1d([2, -1])];
    const before = tf.memory().numTensors;
    const held = ops.holdPattern(pattern);
    expect(tf.memory().numTensors).toBe(before + 2);
    const [a, b] = tf.tidy(() => [pattern, held].map((each) => [...ops.sparseMatMul(x, values, each).dataSync()]));
    expect(a).toEqual(b);
    held.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, values]);
  });
});

test('places are packed eight to a word, the first the lowest, each output row by itself', () => {
  const places = Array.from({ length: 9 }, (_, i) => (i === 8 ? 15 : i));
  expect([...ops.packPlaces(places, [1, 1, 9])].map((word) => (word >>> 0).toString(16))).toEqual(['76543210', 'f']);
  expect(ops.packPlaces(new Array(7).fill(15), [1, 1, 7])[0] >>> 0).toBe(0xfffffff);
});

test('places are read from the device once, and each tensor of places has its own', () => {
  const [x, values] = [spread([3, 4]) as tf.Tensor2D, spread([2, 1, 2], 1) as tf.Tensor3D];
  const reads = vi.spyOn(tf.Tensor.prototype, 'dataSync');
  const readsOf = (places: tf.Tensor): number => reads.mock.contexts.filter((each) => (each as tf.Tensor).dataId === places.dataId).length; // prettier-ignore
  for (const custom of [true, false]) {
    useCustomOps(custom);
    for (const chosen of [
      [0, 1, 1, 0],
      [1, 0, 0, 1]
    ]) {
      const places = tf.tensor3d(ops.packPlaces(chosen, [2, 1, 2]), [2, 1, 1], 'int32');
      const whole = new Float32Array(8);
      const held = values.dataSync();
      chosen.forEach((place, i) => (whole[(2 * Math.floor(i / 2) + place) * 2 + (i % 2)] = held[i]));
      const dense = tf.grad((a) => tf.matMul(a as tf.Tensor2D, tf.tensor2d(whole, [4, 2])).sum())(x);
      const of = () => tf.grads((a, b) => ops.patternMatMul(a as tf.Tensor2D, b as tf.Tensor3D, places, 2).sum())([x, values]); // prettier-ignore
      for (const [gradient, ...rest] of [of(), of(), of()]) {
        expectClose(gradient, dense.dataSync(), 1e-6);
        tf.dispose([gradient, ...rest]);
      }
      expect(readsOf(places)).toBe(1);
      tf.dispose([places, dense]);
    }
  }
  reads.mockRestore();
  tf.dispose([x, values]);
});

test('a gradient of a gradient goes through the values and their places', () => {
  const places = tf.tensor3d(ops.packPlaces([0, 1, 1, 0], [2, 1, 2]), [2, 1, 1], 'int32');
  const [x, values] = [spread([3, 4]) as tf.Tensor2D, spread([2, 1, 2], 1) as tf.Tensor3D];
  const [own, composed] = [true, false].map((custom) => {
    useCustomOps(custom);
    const slope = (b: tf.Tensor) => tf.grad((a) => ops.patternMatMul(a as tf.Tensor2D, b as tf.Tensor3D, places, 2).square().sum())(x); // prettier-ignore
    const rise = (a: tf.Tensor) => tf.grad((b) => ops.patternMatMul(a as tf.Tensor2D, b as tf.Tensor3D, places, 2).square().sum())(values); // prettier-ignore
    return [tf.grad((b) => slope(b).square().sum())(values), tf.grad((a) => rise(a).square().sum())(x)];
  });
  own.forEach((each, i) => expectClose(each, composed[i].dataSync(), 1e-4));
  tf.dispose([own, composed, places, x, values]);
});

describe.skipIf(!CUSTOM_OPS)(
  'what does not fit is refused by the kernels, and nothing is read beyond its end',
  ofCustomOps,
  () => {
    const [x, w] = [() => tf.ones([2, 6]), () => tf.ones([6, 3])];
    test.each<[string, string, Record<string, number | boolean>, () => tf.Tensor[], string]>([
    ['blocks that do not divide the inputs', 'SwitchyardSparseMatMul', {}, () => [x(), tf.ones([1, 4, 2]), ints([0]), ints([0, 1])], 'blocks must be of one input and output or more, and divide 6 inputs, got [4,2]'],
    ['blocks of nothing', 'SwitchyardSparseMatMul', {}, () => [x(), tf.ones([1, 2, 0]), ints([0]), ints([0, 1])], 'blocks must be of one input'],
    ['a block that is not there', 'SwitchyardSparseMatMul', {}, () => [x(), tf.ones([1, 2, 2]), ints([3]), ints([0, 1])], 'columns must be 0..2, got 3'],
    ['gradients of blocks of other outputs', 'SwitchyardSparseOuter', { block_inputs: 2, block_outputs: 2 }, () => [x(), tf.ones([2, 3]), ints([0]), ints([0, 1])], 'for 2 outputs'],
    ['a place beyond m', 'SwitchyardPatternMatMul', { m: 3 }, () => [x(), tf.ones([2, 1, 2]), tf.tensor3d([0, 0x30], [2, 1, 1], 'int32')], 'places must be 0..2'],
    ['words for other outputs', 'SwitchyardPatternMatMul', { m: 3 }, () => [x(), tf.ones([2, 1, 9]), tf.zeros([2, 1, 1], 'int32')], 'places must be [D / 3, n, P / 8]'],
    ['values for other inputs', 'SwitchyardPatternMatMul', { m: 4 }, () => [x(), tf.ones([2, 1, 2]), tf.zeros([2, 1, 1], 'int32')], 'x and values must be'],
    ['an m that no register holds', 'SwitchyardPatternMatMul', { m: 17 }, () => [x(), tf.ones([1, 1, 1]), tf.zeros([1, 1, 1], 'int32')], 'm must be 1..16, got 17'],
    ['a live input that is not there', 'SwitchyardLiveInputs', { compact: false }, () => [x(), w(), ints([6])], 'live must be 0..5, got 6'],
    ['a live output that is not there', 'SwitchyardLiveOutputs', {}, () => [tf.ones([2, 3]), w(), ints([-1])], 'live must be 0..5, got -1'],
    ['compact rows of other lengths', 'SwitchyardLiveInputs', { compact: true }, () => [x(), w(), ints([0, 1])], 'x, w and live must be']
  ])('%s', (_title, op, attributes, inputs, message) => {
    const all = inputs();
    expect(() => executeSingle(op, attributes, all)).toThrow(message);
    tf.dispose(all);
  }); // prettier-ignore

    test('and by the functions, on every backend', () => {
      const live = Int32Array.of(6);
      expect(() => ops.liveInputsMatMul(x() as tf.Tensor2D, w() as tf.Tensor2D, live)).toThrow('ops.liveInputsMatMul: live must be 0..5, got 6'); // prettier-ignore
      expect(() => ops.liveOutputsMatMul(tf.ones([2, 3]), w() as tf.Tensor2D, live)).toThrow('ops.liveOutputsMatMul: live must be 0..5, got 6'); // prettier-ignore
      expect(() => ops.patternMatMul(x() as tf.Tensor2D, tf.ones([2, 1, 2]), tf.zeros([2, 1, 1], 'int32'), 17)).toThrow('ops.patternMatMul: m must be an integer 1..16, got 17'); // prettier-ignore
      const pattern = { inputs: 6, outputs: 2, block: { inputs: 2, outputs: 2 }, starts: Int32Array.of(0, 1), columns: Int32Array.of(0) }; // prettier-ignore
      expect(() => ops.sparseMatMul(x() as tf.Tensor2D, tf.ones<tf.Rank.R1>([1]), pattern)).toThrow(
        'ops.sparseMatMul: '
      );
    });
  }
);
