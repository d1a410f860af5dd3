import { core, ops, tf } from '@switchyard/kernel-lib';
import { encodeValues } from '@switchyard/kernel-lib/dist/base/io/index.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';
import { argument, binary, f, i, INT, matrix, shaped, unary, type Argument, type Member } from './members';

type Name = keyof typeof ops;
const DTYPES = ['float32', 'int32', 'bool', 'complex64', 'string'] as const;
const plan = ops.planDispatch(Int32Array.of(0, 1), { numTokens: 2, k: 1, numExperts: 2 });
const none = ops.planDispatch(new Int32Array(0), { numTokens: 0, k: 1, numExperts: 2 });
const idle = ops.planDispatch(Int32Array.of(-1, -1), { numTokens: 2, k: 1, numExperts: 2 });
const host = (values: ArrayLike<number>): tf.Tensor => tf.tensor1d(Array.from(values));

/** A parameter [2, 2], and one [2, 2, 1], as files store them. */
const bfloat = (matrices: number | null, rows: number, columns: number): core.Parameter => {
  const count = (matrices ?? 1) * rows * columns;
  const bytes = encodeValues(
    'BF16',
    Float32Array.from({ length: count }, (_, i) => i)
  );
  const packed = ops.PackedTensor.from([bytes], { format: 'BF16', matrices, rows, columns, transposed: false });
  const parameter = core.Parameter.over(
    packed.shape.map((size) => core.Axis.of('size', size)),
    tf.zeros
  );
  parameter.pack(packed);
  return parameter;
};

/** Values of one output, at these of two inputs. */
const sparse = (...columns: number[]): ops.SparsePattern => ({
  ...{ inputs: 2, outputs: 1, starts: Int32Array.of(0, columns.length), columns: Int32Array.from(columns) }
});

const MEMBERS: Record<Name, Member> = {
  PackedTensor: {
    arguments: {},
    call: () => [bfloat(null, 2, 2).read()],
    empty: [
      shaped(
        () => ops.PackedTensor.from([], { format: 'F16', matrices: 1, rows: 1, columns: 1, transposed: true }).words,
        'ops.PackedTensor: the values must take 2 bytes, got 0',
        'no bytes'
      )
    ]
  },
  argsort: {
    arguments: { x: { ...matrix, takes: ['float32', 'int32'] } },
    call: ([x]) => [ops.argsort(x)],
    empty: [shaped(() => ops.argsort(f(0)), [0]), shaped(() => ops.argsort(f(3, 0)), [3, 0], 'rows of nothing')]
  },
  combine: {
    arguments: { y: matrix, weights: argument([2, 1], [1, 2]) },
    call: ([y, weights]) => [ops.combine(y as tf.Tensor2D, weights as tf.Tensor2D, plan)],
    empty: [
      shaped(() => ops.combine(f(0, 2), f(0, 1), none), [0, 2]),
      shaped(() => ops.combine(f(0, 2), f(2, 1), idle), [2, 2], 'no assignments')
    ]
  },
  crossEntropy: {
    arguments: { logits: matrix, labels: argument([2], [1, 0], INT) },
    call: ([logits, labels]) => [ops.crossEntropy(logits as tf.Tensor2D, labels as tf.Tensor1D)],
    empty: [
      shaped(() => ops.crossEntropy(f(0, 2), tf.tensor1d([], 'int32')), [0]),
      shaped(
        () => ops.crossEntropy(f(1, 0), tf.tensor1d([0], 'int32')),
        'ops.crossEntropy: logits must be of',
        'no classes'
      )
    ]
  },
  dispatch: {
    arguments: { x: matrix },
    call: ([x]) => [ops.dispatch(x as tf.Tensor2D, plan)],
    empty: [
      shaped(() => ops.dispatch(f(0, 2), none), [0, 2]),
      shaped(() => ops.dispatch(f(2, 2), idle), [0, 2], 'no assignments')
    ]
  },
  embed: {
    arguments: { table: matrix, ids: argument([2], [1, 0], INT) },
    call: ([table, ids]) => [ops.embed(table as tf.Tensor2D, ids)],
    empty: [
      shaped(() => ops.embed(f(2, 3), i(0, 4)), [0, 4, 3], 'no ids'),
      shaped(() => ops.embed(f(0, 3), i(1, 1)), 'ops.embed: table must have a row', 'no table')
    ]
  },
  entmax: {
    arguments: { x: argument([2, 2], [1, 0.5, 2, 0]) },
    call: ([x]) => [ops.entmax(x as tf.Tensor2D)],
    empty: [shaped(() => ops.entmax(f(0, 2)), [0, 2])]
  },
  gated: binary((gate, values) => ops.gated('silu', gate, values), ['gate', 'values'], [shaped(() => ops.gated('gelu', f(0, 3), f(0, 3)), [0, 3])]), // prettier-ignore
  gelu: unary(ops.gelu, [shaped(() => ops.gelu(f(0, 3)), [0, 3])]),
  geluTanh: unary(ops.geluTanh, [shaped(() => ops.geluTanh(f(0, 3)), [0, 3])]),
  groupedBias: binary((y, bias) => ops.groupedBias(y as tf.Tensor2D, bias as tf.Tensor2D, plan), ['y', 'bias'], [shaped(() => ops.groupedBias(f(0, 2), f(2, 2), none), [0, 2])]), // prettier-ignore
  groupedMatMul: {
    arguments: { x: matrix, w: argument([2, 2, 1], [1, 2, 0, 1]) },
    call: ([x, w]) => [ops.groupedMatMul(x as tf.Tensor2D, w as tf.Tensor3D, plan)],
    empty: [
      shaped(() => ops.groupedMatMul(f(0, 2), tf.zeros([2, 2, 3]), none), [0, 3]),
      shaped(() => ops.groupedMatMul(f(2, 0), tf.zeros([2, 0, 3]), plan), [2, 3], 'rows of nothing')
    ]
  },
  diffKendall: {
    arguments: { a: argument([3], [1, 0, 2]), b: argument([3], [1, 2, 0]) },
    call: ([a, b]) => [ops.diffKendall(a as tf.Tensor1D, b as tf.Tensor1D)],
    empty: [
      shaped(
        () => ops.diffKendall(tf.tensor1d([]), tf.tensor1d([])),
        'ops.diffKendall: there must be two values or more, got 0'
      )
    ]
  },
  holdPattern: {
    arguments: {},
    call: () => ops.holdPattern(sparse(0, 1)).places.map((each) => each.clone()),
    empty: [{ what: 'no values', call: () => [...ops.holdPattern(sparse()).places], gives: [[0], [2]] }]
  },
  infoNce: {
    arguments: { a: argument([2, 2], [1, 0, 2, 3]), b: argument([2, 2], [1, 2, 0, 1]), weights: argument([2, 2], [1, 2, 3, 1]) }, // prettier-ignore
    call: ([a, b, weights]) => [ops.infoNce(a as tf.Tensor2D, b as tf.Tensor2D, 0.5, weights as tf.Tensor2D)],
    empty: [shaped(() => ops.infoNce(f(0, 2), f(0, 2), 1), 'ops.infoNce: there must be a row')]
  },
  liveInputsMatMul: {
    arguments: { x: matrix, w: matrix },
    call: ([x, w]) => [ops.liveInputsMatMul(x as tf.Tensor2D, w as tf.Tensor2D, Int32Array.of(1))],
    empty: [
      shaped(() => ops.liveInputsMatMul(f(0, 2), f(2, 3), Int32Array.of(1)), [0, 3]),
      shaped(() => ops.liveInputsMatMul(f(2, 2), f(2, 3), new Int32Array(0)), [2, 3], 'nothing live')
    ]
  },
  liveOutputsMatMul: {
    arguments: { x: matrix, w: matrix },
    call: ([x, w]) => [ops.liveOutputsMatMul(x as tf.Tensor2D, w as tf.Tensor2D, Int32Array.of(1))],
    empty: [
      shaped(() => ops.liveOutputsMatMul(f(0, 2), f(3, 2), Int32Array.of(1)), [0, 1]),
      shaped(() => ops.liveOutputsMatMul(f(2, 2), f(3, 2), new Int32Array(0)), [2, 0], 'nothing live')
    ]
  },
  logSumExp: unary(ops.logSumExp, [
    shaped(() => ops.logSumExp(f(0, 3)), [0]),
    shaped(() => ops.logSumExp(f(3, 0)), [3], 'rows of nothing'),
    shaped(() => ops.logSumExp(tf.scalar(1)), 'ops.logSumExp: expects a tensor of rank 1 or more', 'no axis')
  ]),
  lookUp: {
    arguments: { ids: argument([2], [1, 0], INT) },
    call: ([ids]) => [ops.lookUp(bfloat(null, 2, 2), ids)],
    empty: [shaped(() => ops.lookUp(bfloat(null, 2, 3), i(0, 4)), [0, 4, 3], 'no ids')]
  },
  multiply: {
    arguments: { x: matrix },
    call: ([x]) => [ops.multiply(x as tf.Tensor2D, bfloat(null, 2, 2))],
    empty: [shaped(() => ops.multiply(f(0, 2), bfloat(null, 2, 3)), [0, 3])]
  },
  multiplyGroups: {
    arguments: { x: matrix },
    call: ([x]) => [ops.multiplyGroups(x as tf.Tensor2D, bfloat(2, 2, 1), plan)],
    empty: [shaped(() => ops.multiplyGroups(f(0, 2), bfloat(2, 2, 3), none), [0, 3])]
  },
  packPlaces: {
    arguments: {},
    call: () => [host(ops.packPlaces([1, 0, 2], [1, 1, 3]))],
    empty: [shaped(() => host(ops.packPlaces([], [0, 1, 3])), [0])]
  },
  patternMatMul: {
    arguments: { x: matrix, values: argument([1, 1, 2], [1, 2]), places: argument([1, 1, 1], [1], INT) },
    call: ([x, values, places]) => [ops.patternMatMul(x as tf.Tensor2D, values as tf.Tensor3D, places as tf.Tensor3D, 2)], // prettier-ignore
    empty: [
      shaped(() => ops.patternMatMul(f(0, 2), tf.ones([1, 1, 2]), tf.zeros([1, 1, 1], 'int32'), 2), [0, 2]),
      shaped(
        () => ops.patternMatMul(f(3, 0), tf.zeros([0, 1, 2]), tf.zeros([0, 1, 1], 'int32'), 2),
        [3, 2],
        'no inputs'
      )
    ]
  },
  planDispatch: {
    arguments: {},
    call: () => [host(plan.source)],
    empty: [
      { what: 'no tokens', call: () => [host(none.counts), host(none.offsets)], gives: [[2], [3]] },
      shaped(() => host(ops.planDispatch([0, 1] as never, { numTokens: 2, k: 1, numExperts: 2 }).source), 'ops.planDispatch: indices must be an Int32Array', 'no Int32Array') // prettier-ignore
    ]
  },
  read: {
    arguments: { x: { ...matrix, takes: ['float32', 'int32', 'bool'] } },
    call: ([x]) => [host(ops.read(() => x.clone()))],
    empty: [shaped(() => host(ops.read(() => f(0, 3))), [0])]
  },
  readChoices: {
    arguments: { logits: matrix, indices: argument([2, 1], [1, 0], INT) },
    call: ([logits, indices]) => {
      const { broken, indices: read } = ops.readChoices(logits, indices);
      return [host([broken, ...read])];
    },
    empty: [shaped(() => host(ops.readChoices(f(0, 3), i(0, 2)).indices), [0])]
  },
  layerNormalize: unary(
    (x) => ops.layerNormalize(x, tf.tensor1d([1, 2]), tf.tensor1d([0, 1]), 1e-5),
    [
      shaped(() => ops.layerNormalize(f(0, 3), tf.ones([3]), tf.ones([3]), 1e-5), [0, 3]),
      shaped(() => ops.layerNormalize(f(3, 0), tf.ones([0]), tf.ones([0]), 1e-5), [3, 0], 'rows of nothing')
    ]
  ),
  rmsNormalize: unary(
    (x) => ops.rmsNormalize(x, 1e-5),
    [
      shaped(() => ops.rmsNormalize(f(0, 3), 1e-5), [0, 3]),
      shaped(() => ops.rmsNormalize(f(3, 0), 1e-5), [3, 0], 'rows of nothing')
    ]
  ),
  rmsScale: unary(
    (x) => ops.rmsScale(x, tf.tensor1d([1, 2]), 1e-5),
    [
      shaped(() => ops.rmsScale(f(0, 3), tf.ones([3]), 1e-5), [0, 3]),
      shaped(() => ops.rmsScale(f(3, 0), tf.ones([0]), 1e-5), [3, 0], 'rows of nothing')
    ]
  ),
  rowShares: {
    arguments: { x: matrix },
    call: ([x]) => [ops.rowShares(x as tf.Tensor2D)],
    empty: [
      shaped(() => ops.rowShares(f(0, 3)), [0, 3]),
      shaped(() => ops.rowShares(f(3, 0)), [3, 0], 'rows of nothing')
    ]
  },
  segmentSum: {
    arguments: { x: matrix, ids: argument([2], [1, 0], INT) },
    call: ([x, ids]) => [ops.segmentSum(x as tf.Tensor2D, ids as tf.Tensor1D, 3)],
    empty: [shaped(() => ops.segmentSum(f(0, 3), tf.tensor1d([], 'int32'), 2), [2, 3])]
  },
  silu: unary(ops.silu, [shaped(() => ops.silu(f(0, 3)), [0, 3])]),
  sort: {
    arguments: { x: { ...matrix, takes: ['float32', 'int32'] } },
    call: ([x]) => [ops.sort(x), ops.sort(x, { descending: true })],
    empty: [
      shaped(() => ops.sort(f(0)), [0]),
      shaped(() => ops.sort(f(3, 0)), [3, 0], 'rows of nothing'),
      shaped(() => ops.sort(tf.scalar(1)), 'ops.sort: expects a tensor of rank 1 or more', 'no axis')
    ]
  },
  sparseMatMul: {
    arguments: { x: matrix, values: argument([2], [1, 2]) },
    call: ([x, values]) => [ops.sparseMatMul(x as tf.Tensor2D, values as tf.Tensor1D, sparse(0, 1))],
    empty: [
      shaped(() => ops.sparseMatMul(f(0, 2), tf.ones<tf.Rank.R1>([2]), sparse(0, 1)), [0, 1]),
      shaped(() => ops.sparseMatMul(f(3, 2), tf.ones<tf.Rank.R1>([0]), sparse()), [3, 1], 'no values'),
      shaped(() => ops.sparseMatMul(f(3, 2), tf.ones<tf.Rank.R3>([0, 2, 1]), { ...sparse(), block: { inputs: 2, outputs: 1 } }), [3, 1], 'no blocks') // prettier-ignore
    ]
  },
  standardize: unary(
    (x) => ops.standardize(x, 1e-5),
    [
      shaped(() => ops.standardize(f(0, 3), 1e-5), [0, 3]),
      shaped(() => ops.standardize(f(3, 0), 1e-5), [3, 0], 'rows of nothing')
    ]
  ),
  stopGradient: {
    // complex64 and string as well: see below.
    arguments: { x: { ...matrix, takes: ['float32', 'int32', 'bool'] } },
    call: ([x]) => [ops.stopGradient(x)],
    empty: [shaped(() => ops.stopGradient(f(0, 3)), [0, 3])]
  },
  takeAlongRows: {
    arguments: { x: { ...matrix, takes: ['float32', 'int32'] }, indices: argument([2, 2], [1, 0, 0, 1], INT) },
    call: ([x, indices]) => [ops.takeAlongRows(x as tf.Tensor2D, indices as tf.Tensor2D)],
    empty: [
      shaped(() => ops.takeAlongRows(f(0, 3), i(0, 2)), [0, 2]),
      shaped(() => ops.takeAlongRows(f(3, 2), i(3, 0)), [3, 0], 'no choices')
    ]
  },
  topK: {
    arguments: { scores: { ...matrix, takes: ['float32', 'int32'] } },
    call: ([scores]) => Object.values(ops.topK(scores as tf.Tensor2D, 1)) as tf.Tensor[],
    empty: [
      { what: 'no rows', call: () => Object.values(ops.topK(f(0, 3), 2)) as tf.Tensor[], gives: [[0, 2], [0, 2]] }, // prettier-ignore
      shaped(() => ops.topK(f(3, 0), 1).values, 'ops.topK: k must be an integer 1..0', 'rows of nothing')
    ]
  },
  withGradient: {
    arguments: { x: matrix },
    call: ([x]) => [ops.withGradient([x], () => x.clone(), () => [])], // prettier-ignore
    empty: [shaped(() => ops.withGradient([f(0, 3)], () => f(0, 3), () => []), [0, 3])] // prettier-ignore
  },
  withoutGradient: {
    arguments: { x: { ...matrix, takes: ['float32', 'int32', 'bool'] } },
    call: ([x]) => [ops.withoutGradient(() => x.clone())],
    empty: [shaped(() => ops.withoutGradient(() => f(0, 3)), [0, 3])]
  }
};
/** What hands tensors on as they are has nothing to refuse. */
const ANY_DTYPE = new Set<Name>(['stopGradient', 'withGradient', 'withoutGradient']);

function tensorOf({ shape, values }: Argument, dtype: (typeof DTYPES)[number]): tf.Tensor {
  const numbers = tf.tensor(values, shape);
  return dtype === 'string'
    ? tf.tensor(values.map(String), shape, 'string')
    : dtype === 'complex64'
      ? tf.complex(numbers, tf.zerosLike(numbers))
      : numbers.cast(dtype);
}

test('the table has every function of the door', () => {
  const functions = Object.entries(ops).filter(([, value]) => typeof value === 'function');
  expect(Object.keys(MEMBERS).sort()).toEqual(functions.map(([name]) => name).sort());
});

describe.each(['tensorflow', 'cpu'])('on the backend "%s"', (backend) => {
  const before = tf.getBackend();
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend(before));

  const rows = (Object.keys(MEMBERS) as Name[]).flatMap((name) =>
    Object.entries(MEMBERS[name].arguments).flatMap(([argument, { takes }]) =>
      DTYPES.map((dtype) => [name, argument, dtype, (takes as string[]).includes(dtype)] as const)
    )
  );
  test.each(rows.filter(([name, , , taken]) => taken || !ANY_DTYPE.has(name)))(
    '%s, %s of dtype %s: taken %s',
    (name, wanted, dtype, taken) => {
      tf.tidy(() => {
        const { arguments: all, call } = MEMBERS[name];
        const given = (of: (argument: string) => (typeof DTYPES)[number]): tf.Tensor[] =>
          Object.entries(all).map(([argument, each]) => tensorOf(each, of(argument)));
        const tensors = given((argument) => (argument === wanted ? dtype : all[argument].takes[0]));
        if (!taken) {
          const rule = `ops.${name}: ${name === 'read' ? 'what is read' : wanted} must be ${all[wanted].takes.join(' or ')}, got ${dtype}`;
          expect(() => call(tensors)).toThrow(rule);
          return;
        }
        const plain = { ...all[wanted], values: Array.from(tensors[Object.keys(all).indexOf(wanted)].dataSync()) };
        const reference = call(given((argument) => all[argument].takes[0]).map((each, at) => Object.keys(all)[at] === wanted ? tensorOf(plain, all[wanted].takes[0]) : each)); // prettier-ignore
        call(tensors).forEach((result, at) => {
          expect(result.shape).toEqual(reference[at].shape);
          expectClose(result, reference[at], 0);
        });
      });
    }
  );

  const empties = (Object.keys(MEMBERS) as Name[]).flatMap((name) =>
    MEMBERS[name].empty.map((each) => [name, each.what, each] as const)
  );
  test.each(empties)('%s of nothing: %s', (_name, _what, { call, gives }) => {
    tf.tidy(() => {
      if (typeof gives === 'string') {
        expect(call).toThrow(gives);
        expect(call).toThrow(core.SwitchyardError);
      } else {
        expect(call().map(({ shape }) => shape)).toEqual(gives);
      }
    });
  });

  test('what the answers on nothing are, where there are any', () => {
    tf.tidy(() => {
      expect(Array.from(ops.logSumExp(f(2, 0)).dataSync())).toEqual([-Infinity, -Infinity]);
      expect(Array.from(ops.combine(f(0, 2), f(2, 1), idle).dataSync())).toEqual([0, 0, 0, 0]);
      expect(Array.from(ops.segmentSum(f(0, 1), tf.tensor1d([], 'int32'), 2).dataSync())).toEqual([0, 0]);
      expect(Array.from(ops.groupedMatMul(f(2, 0), tf.zeros([2, 0, 1]), plan).dataSync())).toEqual([0, 0]);
    });
  });

  test('integers are ordered to the last: the least has no negative, and float32 would not tell two apart', () => {
    const [least, most] = [-(2 ** 31), 2 ** 31 - 1];
    tf.tidy(() => {
      const x = tf.tensor2d([[5, least, most, most - 1, -7]], [1, 5], 'int32');
      expect(Array.from(ops.sort(x).dataSync())).toEqual([least, -7, 5, most - 1, most]);
      expect(Array.from(ops.argsort(x).dataSync())).toEqual([1, 4, 0, 3, 2]);
      expect(Array.from(ops.sort(x, { descending: true }).dataSync())).toEqual([most, most - 1, 5, -7, least]);
      const { values, indices } = ops.topK(x, 2);
      expect([values.dtype, ...values.dataSync(), ...indices.dataSync()]).toEqual(['int32', most, most - 1, 2, 3]);
    });
  });

  test('gradients of nothing are nothing', () => {
    tf.tidy(() => {
      const gradient = (op: (x: tf.Tensor2D) => tf.Tensor): number[] =>
        tf.grad((x) => op(x as tf.Tensor2D).sum())(f(0, 3)).shape;
      const functions: ((x: tf.Tensor2D) => tf.Tensor)[] = [
        ops.gelu, ops.silu, ops.logSumExp, ops.rowShares, (x) => ops.sort(x), (x) => ops.topK(x, 2).values,
        (x) => ops.standardize(x, 1e-5), (x) => ops.rmsNormalize(x, 1e-5), (x) => ops.dispatch(x, none),
        (x) => ops.combine(x, f(0, 1), none), (x) => ops.groupedMatMul(x, tf.ones([2, 3, 2]), none),
        (x) => ops.groupedBias(x, f(2, 3), none), (x) => ops.crossEntropy(x, tf.tensor1d([], 'int32'))
      ]; // prettier-ignore
      functions.forEach((op) => expect(gradient(op)).toEqual([0, 3]));
    });
  });
});
