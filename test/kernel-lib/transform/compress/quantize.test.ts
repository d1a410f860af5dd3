import { compress, core, models, prune, routers, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

/** What is stored of a matrix [inputs, outputs] that is quantised. */
function quantized(
  values: number[][],
  options: compress.QuantizeOptions
): { values: number[]; report: compress.QuantizeReport } {
  const model = models.mlp({ inputWidth: values.length, hidden: [], outputWidth: values[0].length });
  setValue(model, '0.weight', () => tf.tensor2d(values));
  const { model: rounded, report } = compress.quantize(model, options);
  const stored = [...rounded.parameters().get('0.weight')!.variable.dataSync()];
  [model, rounded].forEach((each) => each.dispose());
  return { values: stored, report };
}

describe('by hand', () => {
  test('symmetric: codes -Q..Q of the largest magnitude; halves go to even codes', () => {
    // Three bits: Q = 3, a scale of 1.
    const { values, report } = quantized([[3], [0.4], [-2.6], [2.5], [-2.5], [1.5]], { bits: 3, per: 'tensor' });
    expectClose(values, [3, 0, -3, 2, -2, 2]);
    const lost = 0.4 ** 2 + 0.4 ** 2 + 3 * 0.5 ** 2;
    expect(report.matrices['0.weight'].error).toBeCloseTo(lost / (9 + 0.16 + 6.76 + 6.25 * 2 + 2.25), 5);
    // Six codes of three bits, a scale, and a bias.
    expect(report.bytes.after).toBe(3 + 4 + 4);
  });

  test('symmetric eight bits go by 127, not by 128', () => {
    expectClose(quantized([[127], [-127], [63.6]], { per: 'tensor' }).values, [127, -127, 64]);
  });

  test('affine: 0 is a code, and a zero point at a half moves nothing by more than half a step (tensorflow/tensorflow#117962)', () => {
    // Four bits: a scale of 3 / 15, and 0.5 / 0.2 = 2.5, which goes to 2.
    const { values } = quantized([[-0.5], [2.5], [0], [0.21]], { bits: 4, scheme: 'affine', per: 'tensor' });
    expect(values[2]).toBe(0);
    [-0.5, 2.5, 0, 0.21].forEach((value, i) => expect(Math.abs(values[i] - value)).toBeLessThanOrEqual(0.1 + 1e-6));
  });

  test('affine: the range holds 0 also where no value is near', () => {
    const { values } = quantized([[10], [13], [15]], { bits: 4, scheme: 'affine', per: 'tensor' });
    expectClose(values, [10, 13, 15]);
  });

  test('each output, and each block of its inputs, has a scale of its own', () => {
    const matrix = [[1, 100], [0.5, 50], [1000, 7], [-500, 3.5]]; // prettier-ignore
    const options = { bits: 2, calibration: 'range' } as const;
    // Two bits: a scale and its negative, and 0; halves to even.
    expectClose(quantized(matrix, { ...options, per: 'channel' }).values, [0, 100, 0, 0, 1000, 0, 0, 0]);
    expectClose(quantized(matrix, { ...options, per: 2 }).values, [1, 100, 0, 0, 1000, 7, 0, 0]);
    expect(quantized(matrix, { ...options, per: 2 }).report.bytes.after - quantized(matrix, { ...options, per: 'channel' }).report.bytes.after).toBe(8); // prettier-ignore
  });

  test('calibration: a percentile leaves an outlier out, and the least error is no larger than that of the whole range', () => {
    const values = [...Array.from({ length: 99 }, (_, i) => (i - 49) / 50), 3].map((value) => [value]);
    const errorOf = (options: compress.QuantizeOptions): number => {
      const { values: rounded } = quantized(values, { bits: 4, ...options });
      return rounded.reduce((sum, value, i) => sum + (value - values[i][0]) ** 2, 0);
    };
    const clipped = quantized(values, { bits: 4, calibration: 'percentile', percentile: 0.98 }).values;
    expect(Math.max(...clipped)).toBeCloseTo(0.98, 5);
    expect(errorOf({ calibration: 'error' })).toBeLessThan(errorOf({}));
    const spreadOut = spread([64, 4]).arraySync() as number[][];
    const error = (calibration: 'range' | 'error') => quantized(spreadOut, { bits: 3, calibration }).report.matrices['0.weight'].error; // prettier-ignore
    expect(error('error')).toBeLessThanOrEqual(error('range'));
  });
});

test('a channel of zeros stays zeros: its scale is not 0 (apple/coremltools#2853, pytorch/ao#4762)', () => {
  for (const scheme of ['symmetric', 'affine'] as const) {
    for (const calibration of ['range', 'percentile', 'error'] as const) {
      const { values, report } = quantized([[0, 1], [0, -2]], { bits: 4, scheme, calibration, percentile: 1 }); // prettier-ignore
      expect([values[0], values[2]].map(Math.abs)).toEqual([0, 0]);
      expect(Number.isFinite(report.matrices['0.weight'].error)).toBe(true);
    }
  }
});

const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 13 };
const ids = tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32');

test('a model: more bits, nearer outputs; fewer bytes; the one given stays, and nothing leaks', () => {
  const model = models.moeTransformer({ ...SIZE, experts: 3, hidden: 4, router: routers.topK({ k: 2 }) });
  const before = valuesOf(model);
  const whole = outputOf(model, ids);
  const distances = [2, 4, 8].map((bits) => {
    const { model: rounded, report } = compress.quantize(model, { bits, per: 4 });
    expect(report.bytes.after).toBeLessThan(report.bytes.before);
    expect(Object.keys(report.matrices).some((path) => /router|tokens|head\./.test(path))).toBe(false);
    const distance = Math.max(...outputOf(rounded, ids).map((value, i) => Math.abs(value - whole[i])));
    rounded.dispose();
    return distance;
  });
  expect(distances[0]).toBeGreaterThan(distances[1]);
  expect(distances[1]).toBeGreaterThan(distances[2]);
  expect(valuesOf(model)).toEqual(before);
  expectNoLeak(() => compress.quantize(model, { bits: 4, calibration: 'error' }).model.dispose());
  // What is masked stays 0: 0 is a code.
  const sparse = prune.unstructured(model, { sparsity: 0.5 }).model;
  const both = compress.quantize(sparse, { bits: 4, scheme: 'affine' }).model;
  const path = 'layers.0.attention.qkv.weight';
  const zeros = (of: core.Module) => tf.tidy(() => [...of.parameters().get(path)!.read().dataSync()].filter((value) => value === 0).length); // prettier-ignore
  expect(zeros(both)).toBeGreaterThanOrEqual(zeros(sparse));
  [model, sparse, both].forEach((each) => each.dispose());
});

describe('straight-through training', () => {
  test('computes with rounded values, gradients are those at the rounded point, and off it is what it was', () => {
    const model = models.mlp({ inputWidth: 3, hidden: [], outputWidth: 2 });
    const x = spread([4, 3]);
    const whole = outputOf(model, x);
    const { model: rounded } = compress.quantize(model, { bits: 3 });
    const release = compress.quantizeAware(model, { bits: 3 });
    expectClose(outputOf(model, x), outputOf(rounded, x), 1e-6);
    const gradientOf = (of: models.Mlp): tf.Tensor => {
      const { variable } = of.parameters().get('0.weight')!;
      const { value, grads } = tf.variableGrads(() => tf.tidy(() => of.apply(x, core.Context.create()).square().sum<tf.Scalar>()), [variable]); // prettier-ignore
      value.dispose();
      return grads[variable.name];
    };
    const [own, wanted] = [gradientOf(model), gradientOf(rounded)];
    expectClose(own, wanted, 1e-5);
    release();
    release();
    expect(outputOf(model, x)).toEqual(whole);
    tf.dispose([own, wanted]);
    [model, rounded].forEach((each) => each.dispose());
  });

  test('a network trained so is better at two bits than one that is rounded afterwards', async () => {
    const inputs = spread([96, 6]);
    const targets = tf.tidy(() => inputs.matMul(spread([6, 3], 5)).relu());
    const task = train.tasks.regression({ inputs: inputs as tf.Tensor2D, targets: targets as tf.Tensor2D, batchSize: 16, validation: { inputs: inputs as tf.Tensor2D, targets: targets as tf.Tensor2D } }); // prettier-ignore
    const fit = { steps: 80, seed: 1, learningRate: 0.02, weightDecay: 0, progress: false, evaluateEvery: 0 };
    const [plain, aware] = [0, 1].map(() => models.mlp({ inputWidth: 6, hidden: [12], outputWidth: 3, seed: 2 }));
    await train.fit(plain, task, fit);
    const after = compress.quantize(plain, { bits: 2 }).model;
    compress.quantizeAware(aware, { bits: 2 });
    await train.fit(aware, task, fit);
    const lossOf = async (model: core.Module): Promise<number> => (await task.evaluate!(model)).loss;
    expect(await lossOf(aware)).toBeLessThan(0.7 * (await lossOf(after)));
    [plain, aware, after].forEach((each) => each.dispose());
  });
});

test('what cannot be done is said, and nothing is made', () => {
  const model = models.mlp({ inputWidth: 6, hidden: [4], outputWidth: 2 });
  const attempt = (options: compress.QuantizeOptions) => () => compress.quantize(model, options);
  expectNoLeak(() => {
    expect(attempt({ bits: 1 })).toThrow('compress.quantize: bits must be an integer 2..8, got 1');
    expect(attempt({ per: 4 })).toThrow('compress.quantize: per must divide the inputs (6), got 4');
    expect(attempt({ scheme: 'log' as never })).toThrow('scheme must be one of symmetric, affine, got log');
    expect(attempt({ bitsOf: { '7.weight': 4 } })).toThrow('bitsOf must name matrices that are quantised (0.weight, 1.weight), got 7.weight'); // prettier-ignore
    expect(attempt({ include: ['7.**'] })).toThrow('compress.quantize: include must name parameters of the model');
    setValue(model, '1.weight', (value) => value.div(0));
    expect(attempt({})).toThrow('compress.quantize: values of "1.weight" must be finite');
  });
  model.dispose();
});
