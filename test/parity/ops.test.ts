import type { tf } from '@switchyard/kernel-lib';
import { ops } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectParity, readFixture, type Named } from './fixture';

const cases = readFixture('ops');
const matrix = (x: tf.Tensor) => x as tf.Tensor2D;

/** Dispatch, expert matmul, bias and combine in a row. */
function experts({ x, w, bias, weights, indices }: Named, numExperts: number): tf.Tensor {
  const [numTokens, k] = indices.shape;
  const plan = ops.planDispatch(indices.dataSync() as Int32Array, { numTokens, k, numExperts });
  const products = ops.groupedMatMul(ops.dispatch(matrix(x), plan), w as tf.Tensor3D, plan);
  return ops.combine(ops.groupedBias(products, matrix(bias), plan), matrix(weights), plan);
}

type Run = (tensors: Named, options: Record<string, unknown>) => tf.Tensor;

const runs: Record<string, Run> = {
  topK: ({ scores }, { k }) => ops.topK(matrix(scores), k as number).values,
  'topK of all': ({ scores }, { k }) => ops.topK(matrix(scores), k as number).values,
  sort: ({ x }) => ops.sort(x),
  'sort descending': ({ x }) => ops.sort(x, { descending: true }),
  crossEntropy: ({ logits, labels }) => ops.crossEntropy(matrix(logits), labels as tf.Tensor1D),
  embed: ({ table, ids }) => ops.embed(matrix(table), ids),
  segmentSum: ({ x, ids }) => ops.segmentSum(matrix(x), ids as tf.Tensor1D, 4),
  logSumExp: ({ x }) => ops.logSumExp(x),
  gelu: ({ input }) => ops.gelu(input),
  silu: ({ input }) => ops.silu(input),
  standardize: ({ x }) => ops.standardize(x, 1e-5),
  rmsNormalize: ({ x }) => ops.rmsNormalize(x, 1e-5)
};

const runExperts: Run = (tensors, { numExperts }) => experts(tensors, numExperts as number);

test('the fixture has a case for each op here', () => {
  expect([...cases.keys()]).toEqual(expect.arrayContaining(Object.keys(runs)));
});

test.each([...cases.values()])('$name agrees with PyTorch', (item) => {
  const run = item.name.startsWith('experts') ? runExperts : runs[item.name];
  expectParity(item, (tensors) => run(tensors, item.options));
});
