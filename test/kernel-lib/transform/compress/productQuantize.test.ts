import { compress, core, models, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../../../support/networks';
import { expectNoLeak } from '../../../support/numeric';

/** What is stored of a matrix [inputs, outputs], input by input. */
function stored(
  columns: number[][],
  options: compress.ProductQuantizeOptions
): { columns: number[][]; report: compress.ProductQuantizeReport } {
  const [inputWidth, outputWidth] = [columns[0].length, columns.length];
  const model = models.mlp({ inputWidth, hidden: [], outputWidth });
  setValue(model, '0.weight', () => tf.tidy(() => tf.tensor2d(columns).transpose()));
  const { model: rounded, report } = compress.productQuantize(model, options);
  const found = tf.tidy(() => rounded.parameters().get('0.weight')!.variable.transpose().arraySync()) as number[][];
  [model, rounded].forEach((each) => each.dispose());
  return { columns: found, report };
}

/** Weights of an output each: four inputs, two parts of two. */
const OUTPUTS = [
  [0, 1, 10, 10],
  [0, 3, 10, 12],
  [8, 1, -4, 0],
  [8, 3, -4, 2]
];

describe('by hand', () => {
  test('each part has its own codewords, the means of the vectors nearest to them', () => {
    const { columns, report } = stored(OUTPUTS, { subvector: 2, codewords: 2 });
    expect(columns).toEqual([
      [0, 2, 10, 11],
      [0, 2, 10, 11],
      [8, 2, -4, 1],
      [8, 2, -4, 1]
    ]);
    const norm = OUTPUTS.flat().reduce((sum, value) => sum + value ** 2, 0);
    expect(report.matrices['0.weight']).toMatchObject({ codebooks: 2, codewords: 2 });
    expect(report.matrices['0.weight'].error).toBeCloseTo(8 / norm, 6);
    // Eight codes of a bit, two codebooks of two codewords of two floats, and four biases.
    expect(report.bytes).toEqual({ before: 4 * (16 + 4), after: 1 + 32 + 16 });
    expect(report).toMatchObject({ transformation: 'product-quantize', mode: 'rounded' });
  });

  test('one codebook for the whole matrix takes fewer bytes and says less', () => {
    const { columns, report } = stored(OUTPUTS, { subvector: 2, codewords: 2, codebook: 'matrix' });
    expect(new Set(columns.flatMap((row) => [row.slice(0, 2).join(), row.slice(2).join()])).size).toBe(2);
    expect(report.matrices['0.weight'].codebooks).toBe(1);
    expect(report.bytes.after).toBe(1 + 16 + 16);
    const { report: apart } = stored(OUTPUTS, { subvector: 2, codewords: 2 });
    expect(report.matrices['0.weight'].error).toBeGreaterThan(apart.matrices['0.weight'].error);
  });

  test('as many codewords as vectors: nothing is lost', () => {
    const { columns, report } = stored(OUTPUTS, { subvector: 2, codewords: 4 });
    expect(columns).toEqual(OUTPUTS);
    expect(report.matrices['0.weight'].error).toBe(0);
  });
});

test('values that go together are said better than one by one in as many bits', () => {
  const next = core.Random.fromSeed(1).generator();
  // Three of four values follow from the first: sixteen codewords say them in a bit a value, where rounding needs two.
  const columns = Array.from({ length: 64 }, () =>
    Array.from({ length: 4 }, () => Math.floor(16 * next()) - 7.5).flatMap((value) => [
      value,
      value / 2,
      -value,
      2 * value
    ])
  );
  const { report } = stored(columns, { subvector: 4, codewords: 16 });
  expect(report.matrices['0.weight'].error).toBeLessThan(1e-3);
});

test('experts of a bank have codebooks of their own, and matrices that are left out stay', () => {
  const layer = models.moeTransformer({
    ...{ vocabSize: 8, contextLength: 4, layers: 1, width: 4, heads: 1, experts: 3, seed: 2 },
    router: routers.topK({ k: 1 })
  });
  const path = [...layer.parameters().keys()].find((each) => each.endsWith('experts.w1'))!;
  const { model, report } = compress.productQuantize(layer, { subvector: 4, codewords: 2, include: [path] });
  expect(Object.keys(report.matrices)).toEqual([path]);
  expect(report.matrices[path].codebooks).toBe(3);
  const [w1, before] = [model, layer].map((each) => each.parameters().get(path)!.variable);
  // [E, D, H]: one part of four inputs, so that an expert's outputs have two different columns.
  const kinds = (w1.transpose([0, 2, 1]).arraySync() as number[][][]).map(
    (columns) => new Set(columns.map(String)).size
  );
  expect(kinds).toEqual([2, 2, 2]);
  expect(new Set((w1.transpose([0, 2, 1]).arraySync() as number[][][]).flat().map(String)).size).toBe(6);
  expect(before.dataSync()).not.toEqual(w1.dataSync());
  const [w2, same] = [model, layer].map((each) => each.parameters().get(path.replace('w1', 'w2'))!.variable.dataSync());
  expect(w2).toEqual(same);
  [model, layer].forEach((each) => each.dispose());
});

test('the same seed gives the same, and nothing is left behind', () => {
  const model = models.mlp({ inputWidth: 8, hidden: [32], outputWidth: 4, seed: 3 });
  const once = (seed: number): number[] => {
    const { model: rounded } = compress.productQuantize(model, { subvector: 4, codewords: 4, seed });
    const values = [...rounded.parameters().get('0.weight')!.variable.dataSync()];
    rounded.dispose();
    return values;
  };
  expect(once(5)).toEqual(once(5));
  expectNoLeak(() => void once(6));
  model.dispose();
});

test.each([
  [{ subvector: 3 }, 'compress.productQuantize: subvector must divide the inputs (8), got 3'],
  [{ subvector: 4, codewords: 33 }, 'codewords must be at most the vectors of a codebook of "0.weight" (32), got 33'],
  [{ codewords: 1 }, 'codewords must be an integer'],
  [{ subvector: 0 }, 'subvector must be an integer'],
  [{ rounds: 0 }, 'rounds must be an integer'],
  [{ include: ['nowhere'] }, 'include']
])('%j is refused, and the model is as it was', (options, words) => {
  const model = models.mlp({ inputWidth: 8, hidden: [32], outputWidth: 4, seed: 3 });
  const before = [...model.parameters().get('0.weight')!.variable.dataSync()];
  expectNoLeak(() => {
    expect(() => compress.productQuantize(model, options)).toThrow(words);
  });
  expect([...model.parameters().get('0.weight')!.variable.dataSync()]).toEqual(before);
  model.dispose();
});
