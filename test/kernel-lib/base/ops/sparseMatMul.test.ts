import { core, models, ops, prune, tf } from '@switchyard/kernel-lib';
import { executeSingle, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { CUSTOM_OPS, ofCustomOps } from '../../../support/customOps';

// Outputs of none, one and several values; input 3 counts for none.
const PATTERN: ops.SparsePattern = {
  ...{ inputs: 5, outputs: 4 },
  starts: Int32Array.of(0, 2, 2, 3, 6),
  columns: Int32Array.of(0, 4, 1, 0, 2, 4)
};
const VALUES = [0.5, -2, 3, 1.5, -1, 0.25];

/** [D][P], from the pattern. */
function whole({ inputs, outputs, starts, columns }: ops.SparsePattern, values: ArrayLike<number>): tf.Tensor2D {
  const matrix = Array.from({ length: inputs }, () => new Array<number>(outputs).fill(0));
  for (let output = 0; output < outputs; output++) {
    for (let at = starts[output]; at < starts[output + 1]; at++) {
      matrix[columns[at]][output] = values[at];
    }
  }
  return tf.tensor2d(matrix);
}

afterEach(() => useCustomOps(true));

describe.each([
  ['custom', true],
  ['composed', false]
])('a sparse product, %s', (_, custom) => {
  // Below, at and above a panel of rows, and several of them.
  test.each([1, 63, 64, 65, 130])('of %i rows is that of the matrix with zeros', (rows) => {
    useCustomOps(custom);
    const x = spread([rows, 5]) as tf.Tensor2D;
    expectNoLeak(() =>
      tf.tidy(() => {
        const y = ops.sparseMatMul(x, tf.tensor1d(VALUES), PATTERN);
        expect(y.shape).toEqual([rows, 4]);
        expectClose(y, tf.matMul(x, whole(PATTERN, VALUES)).dataSync(), 1e-6);
      })
    );
    x.dispose();
  });

  test('has the gradients of rows and values', () => {
    useCustomOps(custom);
    const [x, values] = [spread([70, 5]) as tf.Tensor2D, tf.tensor1d(VALUES)];
    expectGradients(
      (a, b) =>
        ops
          .sparseMatMul(a as tf.Tensor2D, b as tf.Tensor1D, PATTERN)
          .square()
          .sum(),
      [x, values]
    );
    tf.dispose([x, values]);
  });
});

test('both ways give the same of a matrix of more outputs than a thread takes, from a masked model', () => {
  const model = models.mlp({ inputWidth: 96, hidden: [150], outputWidth: 3 });
  const { model: pruned } = prune.unstructured(model, { sparsity: 0.9, include: ['0.weight'] });
  const packed = prune.packSparse(pruned, '0.weight');
  const x = spread([33, 96]) as tf.Tensor2D;
  const expected = tf.tidy(() => tf.matMul(x, pruned.parameters().get('0.weight')!.read() as tf.Tensor2D));
  for (const custom of [true, false]) {
    useCustomOps(custom);
    const y = packed.multiply(x);
    expectClose(y, expected.dataSync(), 1e-5);
    y.dispose();
  }
  expect(packed.values.size).toBe(Math.round(0.1 * 96 * 150));
  expect(packed.bytes).toBe(4 * (2 * packed.values.size + 151));
  packed.dispose();
  [model, pruned].forEach((each) => each.dispose());
  tf.dispose([x, expected]);
});

test('what is packed can be trained: values follow, zeros stay away', () => {
  const model = models.mlp({ inputWidth: 8, hidden: [6], outputWidth: 2 });
  const { model: pruned } = prune.unstructured(model, { sparsity: 0.5, include: ['0.weight'] });
  const packed = prune.packSparse(pruned, '0.weight');
  const x = spread([16, 8]) as tf.Tensor2D;
  const { grads } = tf.variableGrads(() => packed.multiply(x).square().sum(), [packed.values as tf.Variable]);
  const [gradient] = Object.values(grads);
  const dense = tf.tidy(() => {
    const weight = pruned.parameters().get('0.weight')!.read() as tf.Tensor2D;
    const mask = core.masksAt(pruned, ['0.weight']).get('0.weight')!.variable;
    const full = tf.matMul(x, tf.matMul(x, weight), true).mul(2).mul(mask).transpose();
    return [...full.dataSync()].filter((value) => value !== 0);
  });
  expectClose(gradient, dense, 1e-4);
  tf.dispose([x, ...Object.values(grads)]);
  packed.dispose();
  [model, pruned].forEach((each) => each.dispose());
});

describe.skipIf(!CUSTOM_OPS)('wrong input is refused, and nothing is read beyond its end', ofCustomOps, () => {
  const x = () => tf.ones([2, 5]);
  const ints = (...values: number[]) => tf.tensor1d(values, 'int32');
  test.each<[string, () => tf.Tensor[], string]>([
    ['an input that is not there', () => [x(), tf.ones([1]), ints(5), ints(0, 1)], 'columns must be 0..4, got 5'],
    ['an input below 0', () => [x(), tf.ones([1]), ints(-1), ints(0, 1)], 'columns must be 0..4, got -1'],
    ['starts that fall', () => [x(), tf.ones([2]), ints(0, 1), ints(0, 2, 1, 2)], 'offsets must rise'],
    ['starts that end elsewhere', () => [x(), tf.ones([2]), ints(0, 1), ints(0, 3)], 'offsets must rise'],
    ['a value too few', () => [x(), tf.ones([1]), ints(0, 1), ints(0, 2)], 'x, values and columns must be']
  ])('%s', (_, inputs, message) => {
    const all = inputs();
    expect(() => executeSingle('SwitchyardSparseMatMul', {}, all)).toThrow(message);
    tf.dispose(all);
  });

  test('a gradient for other outputs', () => {
    const all = [x(), tf.ones([2, 3]), ints(0), ints(0, 1)];
    expect(() => executeSingle('SwitchyardSparseOuter', {}, all)).toThrow('for 1 outputs');
    tf.dispose(all);
  });
});

test('packSparse says what it cannot pack', () => {
  const model = models.mlp({ inputWidth: 4, hidden: [3], outputWidth: 2 });
  expect(() => prune.packSparse(model, 'nowhere')).toThrow(
    'prune.packSparse: path must be of a parameter, got nowhere'
  );
  expect(() => prune.packSparse(model, '0.bias')).toThrow('prune.packSparse: "0.bias" must be a matrix');
  const { model: none } = prune.unstructured(model, { sparsity: 1, include: ['0.weight'] });
  expect(() => prune.packSparse(none, '0.weight')).toThrow('prune.packSparse: something of "0.weight" must be left');
  [model, none].forEach((each) => each.dispose());
});
