/** @file Weights that stay as files store them: what is read of them, their products and rows, with the custom ops and without. */
import { readFileSync } from 'fs';
import { join } from 'path';
import { core, ops, tf } from '@switchyard/kernel-lib';
import { executeSingle, hasCustomOps, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import * as io from '@switchyard/kernel-lib/dist/base/io/index.js';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { blocks } = JSON.parse(
  readFileSync(join(__dirname, '..', '..', '..', 'parity', 'fixtures', 'gguf', 'expected.json'), 'utf8')
) as { blocks: { dtype: string; bytes: string; values: number[] }[] };
const random = core.Random.fromSeed(5);
const FORMATS = ['F32', 'F16', 'BF16', ...blocks.map(({ dtype }) => dtype)];

interface Case {
  matrices: number | null;
  rows: number;
  transposed: boolean;
}

/** Bytes of so many rows of a format, and how many columns they have: blocks of the fixture, or drawn values. */
function bytesOf(format: string, rows: number): { bytes: Uint8Array; columns: number } {
  const block = blocks.find(({ dtype }) => dtype === format);
  if (block === undefined) {
    const columns = 43;
    const values = tf.tidy(() =>
      random
        .normal([rows * columns])
        .dataSync<'float32'>()
        .slice()
    );
    return { bytes: io.encodeValues(format as 'F32', values), columns };
  }
  const all = Buffer.from(block.bytes, 'base64');
  const unit = io.unitOf('test', format);
  const size = io.bytesOf('test', format, unit);
  const columns = 2 * unit;
  const each = Array.from({ length: 2 * rows }, (_, i) => {
    const at = ((i * 7) % (all.length / size)) * size;
    return all.subarray(at, at + size);
  });
  return { bytes: Buffer.concat(each), columns };
}

function packedOf(format: string, { matrices, rows, transposed }: Case): ops.PackedTensor {
  const { bytes, columns } = bytesOf(format, (matrices ?? 1) * rows);
  return ops.PackedTensor.from([bytes.subarray(0, 5), bytes.subarray(5)], { format, matrices, rows, columns, transposed }); // prettier-ignore
}

function parameterOf(packed: ops.PackedTensor): core.Parameter {
  const axes = packed.shape.map((size) => core.Axis.of('size', size));
  const parameter = core.Parameter.over(axes, tf.zeros);
  parameter.pack(packed);
  return parameter;
}

/** The same values as float32. */
function plainOf(parameter: core.Parameter): core.Parameter {
  return core.Parameter.over(parameter.axes, () => parameter.read().clone());
}

beforeAll(() => {
  // Loads them.
  expect(hasCustomOps()).toBe(true);
});
afterEach(() => useCustomOps(true));

describe.each(FORMATS)('%s', (format) => {
  test.each([
    { matrices: null, rows: 37, transposed: false },
    { matrices: null, rows: 3, transposed: true },
    { matrices: 3, rows: 18, transposed: true }
  ])('is read as its bytes say, to the last bit on both paths: $matrices x $rows, transposed $transposed', (shape) => {
    const packed = packedOf(format, shape);
    expect(hasCustomOps()).toBe(true);
    const custom = packed.unpack();
    useCustomOps(false);
    const composed = packed.unpack();
    const { columns } = packed.layout;
    const { bytes } = bytesOf(format, (shape.matrices ?? 1) * shape.rows);
    const values = io.decodeValues('test', format, Buffer.from(bytes), (shape.matrices ?? 1) * shape.rows * columns);
    const expected = tf.tidy(() => {
      const all = tf.tensor(values, [shape.matrices ?? 1, shape.rows, columns]);
      return (shape.transposed ? all.transpose([0, 2, 1]) : all).dataSync().slice();
    });
    expectClose(composed, expected, 0);
    expectClose(custom, expected, 0);
    expect(custom.shape).toEqual(packed.shape);
    tf.dispose([custom, composed, packed.words]);
  });

  // One row, few and many, around the numbers at which the op changes its way.
  test.each([0, 1, 3, 4, 70])('products of %i rows, both ways round, and their gradients', (count) => {
    for (const transposed of [true, false]) {
      tf.tidy(() => {
        const parameter = parameterOf(packedOf(format, { matrices: null, rows: 70, transposed }));
        const plain = plainOf(parameter);
        const [inputs, outputs] = plain.shape;
        for (const turned of [false, true]) {
          const x = random.child(count).normal([count, turned ? outputs : inputs]) as tf.Tensor2D;
          const upstream = random.child('dy').normal([count, turned ? inputs : outputs]);
          const of = (weight: core.Parameter): tf.Tensor[] => [
            ops.multiply(x, weight, turned),
            tf.grad((x) => ops.multiply(x as tf.Tensor2D, weight, turned).mul(upstream).sum())(x) // prettier-ignore
          ];
          const expected = of(plain);
          of(parameter).forEach((value, i) => expectClose(value, expected[i], 1e-5));
          useCustomOps(false);
          of(parameter).forEach((value, i) => expectClose(value, expected[i], 1e-5));
          useCustomOps(true);
        }
        parameter.dispose();
        plain.dispose();
      });
    }
  });

  test.each([
    ['each of some', [2, 0, 1, 2, 2]],
    ['one row', [1]],
    ['many of one', Array.from({ length: 40 }, (_, i) => (i % 8 === 0 ? 0 : 2))]
  ])('products of experts, %s, and their gradients', (_what, choices) => {
    tf.tidy(() => {
      const parameter = parameterOf(packedOf(format, { matrices: 3, rows: 20, transposed: true }));
      const plain = plainOf(parameter);
      const plan = ops.planDispatch(Int32Array.from(choices), { numTokens: choices.length, k: 1, numExperts: 3 });
      const x = random.child('x').normal([choices.length, plain.shape[1]]) as tf.Tensor2D;
      const upstream = random.child('dy').normal([choices.length, 20]);
      const of = (weight: core.Parameter): tf.Tensor[] => [
        ops.multiplyGroups(x, weight, plan),
        tf.grad((x) => ops.multiplyGroups(x as tf.Tensor2D, weight, plan).mul(upstream).sum())(x) // prettier-ignore
      ];
      const expected = of(plain);
      of(parameter).forEach((value, i) => expectClose(value, expected[i], 1e-5));
      useCustomOps(false);
      of(parameter).forEach((value, i) => expectClose(value, expected[i], 1e-5));
      parameter.dispose();
      plain.dispose();
    });
  });

  test('rows are looked up', () => {
    tf.tidy(() => {
      const parameter = parameterOf(packedOf(format, { matrices: null, rows: 9, transposed: false }));
      const ids = tf.tensor2d([[8, 0, 3]], [1, 3], 'int32');
      const expected = Array.from(tf.gather(parameter.read(), ids).dataSync());
      expectClose(ops.lookUp(parameter, ids), expected, 0);
      useCustomOps(false);
      expectClose(ops.lookUp(parameter, ids), expected, 0);
      parameter.dispose();
    });
  });
});

describe('a packed parameter', () => {
  const shape = { matrices: null, rows: 4, transposed: true };

  test('takes its bytes and no more, and leaves none behind', () => {
    expectNoLeak(() => {
      const parameter = parameterOf(packedOf('Q4_1', shape));
      expect([parameter.format, parameter.size, parameter.bytes, parameter.shape]).toEqual(['Q4_1', 256, 160, [64, 4]]);
      parameter.dispose();
    });
  });

  test('is wrapped and cut as any other', () => {
    const inputs = core.Axis.of('inputs', 64);
    const parameter = core.Parameter.over([inputs, core.Axis.of('outputs', 4)], tf.zeros);
    parameter.pack(packedOf('Q8_0', shape));
    tf.tidy(() => {
      const x = random.normal([2, 64]) as tf.Tensor2D;
      const before = ops.multiply(x, parameter);
      const undo = parameter.wrap((value) => value.mul(2));
      expectClose(ops.multiply(x, parameter), before.mul(2), 1e-5);
      undo();
      inputs.keep([0, 5]);
      expectClose(ops.multiply(tf.gather(x, [0, 5], 1), parameter), tf.matMul(tf.gather(x, [0, 5], 1), parameter.read() as tf.Tensor2D), 1e-5); // prettier-ignore
    });
    parameter.dispose();
  });

  test('cannot be changed, until it is made float32', () => {
    const parameter = parameterOf(packedOf('Q5_0', shape));
    const rule = /^core\.Parameter: what is trained, changed or saved must be float32: .*, got a value kept as Q5_0$/;
    expect(() => parameter.variable).toThrow(rule);
    tf.tidy(() => {
      expect(() => parameter.assign(tf.zeros([64, 4]))).toThrow(rule);
    });
    expect(() => parameter.replace()).toThrow(rule);
    const before = tf.tidy(() => parameter.read().dataSync().slice());
    parameter.unpack();
    expect(parameter.format).toBe('float32');
    expect(Array.from(parameter.variable.dataSync())).toEqual(Array.from(before));
    parameter.dispose();
  });

  test('are multiplied with inputs of any rank, as rows of the last axis', () => {
    const bytes = new Uint8Array(36 * 3).map((_, i) => (i % 18 === 1 ? 40 : (i * 37) % 256));
    const packed = ops.PackedTensor.from([bytes], {
      format: 'Q4_0',
      matrices: null,
      rows: 3,
      columns: 64,
      transposed: true
    });
    const parameter = core.Parameter.over([core.Axis.of('in', 64), core.Axis.of('out', 3)], tf.zeros);
    parameter.pack(packed);
    const values = packed.unpack();
    for (const shape of [[64], [5, 64], [2, 3, 64], [2, 1, 2, 64], [0, 2, 64]]) {
      tf.tidy(() => {
        const x = spread(shape);
        const expected = (x: tf.Tensor) =>
          tf.matMul(x.reshape([-1, 64]), values as tf.Tensor2D).reshape([...shape.slice(0, -1), 3]);
        const dy = spread([...shape.slice(0, -1), 3], 5);
        expectClose(ops.multiply(x, parameter), expected(x), 1e-5);
        expectClose(tf.grad((x) => ops.multiply(x, parameter))(x, dy), tf.grad(expected)(x, dy), 1e-5);
      });
    }
    values.dispose();
    parameter.dispose();
  });

  test('must be of the shape, of whole blocks and of their bytes', () => {
    const from = (rows: number, columns: number, format = 'Q4_0', size = 18) =>
      ops.PackedTensor.from([new Uint8Array(size)], { format, matrices: null, rows, columns, transposed: false });
    expect(() => from(1, 33)).toThrow('ops.PackedTensor: a row of Q4_0 must be whole blocks of 32 values, got 33');
    expect(() => from(2, 32)).toThrow('ops.PackedTensor: the values must take 36 bytes, got 18');
    expect(() => from(1, 32, 'Q3_K')).toThrow(/dtype must be one of .*, got Q3_K/);
    const parameter = core.Parameter.over([core.Axis.of('all', 2)], tf.zeros);
    const packed = from(1, 32);
    expect(() => parameter.pack(packed)).toThrow('core.Parameter: expects shape [2], got [1, 32]');
    packed.dispose();
    parameter.dispose();
  });
});

describe('the ops refuse what does not fit', () => {
  const f = (shape: number[]) => tf.zeros(shape);
  const words = (count: number) => tf.zeros([count], 'int32');
  const none = () => tf.tensor1d([], 'int32');
  const sizes = { format: 'Q8_0', rows: 2, columns: 32 };
  const multiplied = (attributes: object, x: tf.Tensor, w: tf.Tensor, offsets: tf.Tensor) =>
    executeSingle('SwitchyardPackedMatMul', { ...sizes, transpose_w: true, ...attributes }, [x, w, offsets]);
  const offsets = (...values: number[]) => tf.tensor1d(values, 'int32');

  test.each<[string, () => unknown, RegExp]>([
    ['another format', () => multiplied({ format: 'Q2_K' }, f([1, 32]), words(17), none()), /format must be one that/],
    ['half a block', () => multiplied({ columns: 48 }, f([1, 48]), words(26), none()), /whole blocks of 32/],
    ['no rows', () => multiplied({ rows: 0 }, f([1, 32]), words(17), none()), /rows must be above 0/],
    ['x of another width', () => multiplied({}, f([1, 31]), words(17), none()), /x must be \[\.\.\., 32\]/],
    ['a number', () => multiplied({}, tf.scalar(1), words(17), none()), /x must be \[\.\.\., 32\], got \[\]/],
    ['experts of a cube', () => multiplied({}, f([1, 1, 32]), words(17), offsets(0, 1)), /x must be \[R, 32\]/],
    ['too few words', () => multiplied({}, f([1, 32]), words(16), none()), /take 34 bytes a row, got 64 bytes/],
    ['words of one expert', () => multiplied({}, f([2, 32]), words(17), offsets(0, 1, 2)), /2 matrices of 2 rows/],
    ['offsets that fall', () => multiplied({}, f([2, 32]), words(34), offsets(0, 3, 2)), /offsets must rise/],
    [
      'a row that is not there',
      () => executeSingle('SwitchyardPackedGather', sizes, [words(17), offsets(2)]),
      /ids must be 0\.\.1, got 2/
    ],
    [
      'too few words to unpack',
      () => executeSingle('SwitchyardUnpack', { ...sizes, matrices: 2, transpose: false }, [words(17)]),
      /2 matrices of 2 rows/
    ]
  ])('%s', (_name, call, message) => {
    expect(() => tf.tidy(() => call() as tf.Tensor)).toThrow(message);
  });
});
