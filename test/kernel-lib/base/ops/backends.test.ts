import { device, ops, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { expectClose } from '../../../support/numeric';
import { EMPTY_PLANS, PLANS } from './plans';

type Run = (...inputs: tf.Tensor[]) => tf.Tensor;

interface OpCase {
  name: string;
  shapes: number[][];
  run: Run;
}

const matrix = (x: tf.Tensor) => x as tf.Tensor2D;
const ids = (...values: number[]) => tf.tensor1d(values, 'int32');

const cases: OpCase[] = [
  { name: 'topK', shapes: [[4, 6]], run: (x) => ops.topK(matrix(x), 3).values },
  { name: 'sort', shapes: [[2, 2, 5]], run: (x) => ops.sort(x) },
  { name: 'crossEntropy', shapes: [[3, 4]], run: (x) => ops.crossEntropy(matrix(x), ids(3, 0, 1)) },
  { name: 'embed', shapes: [[5, 2]], run: (x) => ops.embed(matrix(x), ids(4, 0, 4)) },
  { name: 'segmentSum', shapes: [[4, 2]], run: (x) => ops.segmentSum(matrix(x), ids(2, 0, 2, 0), 3) },
  { name: 'logSumExp', shapes: [[3, 4]], run: (x) => ops.logSumExp(x) },
  { name: 'gelu', shapes: [[3, 4]], run: (x) => ops.gelu(x) },
  { name: 'geluTanh', shapes: [[3, 4]], run: (x) => ops.geluTanh(x) },
  { name: 'silu', shapes: [[3, 4]], run: (x) => ops.silu(x) },
  { name: 'standardize', shapes: [[3, 4]], run: (x) => ops.standardize(x, 1e-5) },
  { name: 'rmsNormalize', shapes: [[3, 4]], run: (x) => ops.rmsNormalize(x, 1e-5) },
  ...[...PLANS, ...EMPTY_PLANS].map(({ name, plan }) => experts(`experts: ${name}`, plan))
];

function experts(name: string, plan: ops.DispatchPlan): OpCase {
  const { numTokens, k, numExperts } = plan;
  return {
    name,
    shapes: [
      [numTokens, 3],
      [numExperts, 3, 4],
      [numExperts, 4],
      [numTokens, k]
    ],
    run: (x, w, bias, weights) => {
      const products = ops.groupedMatMul(ops.dispatch(matrix(x), plan), w as tf.Tensor3D, plan);
      return ops.combine(ops.groupedBias(products, matrix(bias), plan), matrix(weights), plan);
    }
  };
}

function valueAndGradients(backend: string, { shapes, run }: OpCase): Float32Array[] {
  void tf.setBackend(backend);
  return tf.tidy(() => {
    const inputs = shapes.map((shape, i) => spread(shape, 100 * i));
    const dy = spread(run(...inputs).shape, 7);
    const { value, grads } = tf.valueAndGrads(run)(inputs, dy);
    return [value, ...grads].map((x) => x.dataSync() as Float32Array);
  });
}

describe('plain TensorFlow.js gives what native TensorFlow gives', () => {
  const native = device().backend;
  afterAll(() => {
    void tf.setBackend(native);
  });

  test('the native library runs here', () => {
    expect(native).toBe('tensorflow');
  });

  test.each(cases)('$name', (item) => {
    const [expected, actual] = [valueAndGradients(native, item), valueAndGradients('cpu', item)];
    expected.forEach((values, i) => expectClose(actual[i], values, 1e-5));
  });

  test('NaN in scores comes first', () => {
    void tf.setBackend('cpu');
    expect([...ops.topK(tf.tensor2d([[1, NaN, 3]]), 2).indices.dataSync()]).toEqual([1, 2]);
  });
});
