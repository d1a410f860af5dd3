import { compress, core, io, type layers, models, prune, tf } from '@switchyard/kernel-lib';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { expect, test } from 'vitest';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Random } = core;
const random = Random.fromSeed(3);
const WIDE = { inputWidth: 12, hidden: [16], outputWidth: 10 };
const x = random.child('x').normal([40, 12]) as tf.Tensor2D;

/** A network whose first matrix has these singular values, in random directions. */
function planted(values: readonly number[]): models.Mlp {
  const network = models.mlp({ ...WIDE, seed: 2 });
  setValue(network, '0.weight', () => {
    const [left, right] = [12, 16].map(
      (size, i) => tf.linalg.qr(random.child(i).normal([size, size]) as tf.Tensor2D)[0]
    );
    const parts = values.map((value, i) => left.slice([0, i], [-1, 1]).matMul(right.slice([0, i], [-1, 1]), false, true).mul(value)); // prettier-ignore
    return tf.addN(parts);
  });
  return network;
}

const include = ['0.weight'];
const norm = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value * value, 0);

test('a matrix of rank 3 is its factors of rank 3, and these are fewer values and operations', () => {
  const network = planted([5, 3, 2]);
  const before = valuesOf(network);
  const { model, report } = compress.lowRank(network, { include, rank: 3, timedOn: x });
  expectClose(outputOf(model, x), outputOf(network, x), 1e-5);
  expect(report.matrices['0.weight']).toMatchObject({ rank: 3 });
  expect(report.matrices['0.weight'].error).toBeLessThan(1e-10);
  expect(report.parameters.before - report.parameters.after).toBe(12 * 16 - 3 * (12 + 16));
  expect(report.flops.before! - report.flops.after!).toBe(2 * (12 * 16 - 3 * (12 + 16)));
  expect([...model.parameters()].map(([name, { shape }]) => `${name} ${shape.join()}`)).toContain('0.down 12,3');
  expect(report.milliseconds!.after).toBeGreaterThan(0);
  expect(valuesOf(network)).toEqual(before);
  [network, model].forEach((each) => each.dispose());
});

test('the error of rank r is what the smaller singular values have, 25 of 38 left of 5, 3, 2; energy keeps the least rank that has it', () => {
  const network = planted([5, 3, 2]);
  const errorOf = (options: compress.LowRankOptions) => {
    const { model, report } = compress.lowRank(network, { include, ...options });
    model.dispose();
    return report.matrices['0.weight'];
  };
  expect(errorOf({ rank: 1 }).error).toBeCloseTo(13 / 38, 5);
  expect(errorOf({ rank: 2 }).error).toBeCloseTo(4 / 38, 5);
  expect(errorOf({ energy: 0.6 }).rank).toBe(1);
  expect(errorOf({ energy: 34 / 38 }).rank).toBe(2);
  expect(errorOf({ energy: 0.9 }).rank).toBe(3);
  network.dispose();
});

test('with calibration the squared error of the outputs is what was cut, and less than without; inputs that never come cost nothing', () => {
  const network = planted(Array.from({ length: 12 }, () => 1));
  // All singular values are alike; what counts is which inputs there are.
  const scale = tf.tensor1d(Array.from({ length: 12 }, (_, i) => (i < 3 ? 10 : i === 11 ? 0 : 0.5)));
  const seen = x.mul(scale) as tf.Tensor2D;
  const first = (model: core.Module) =>
    tf.tidy(() => {
      const layer = model.modules().get('0')!;
      return seen.matMul(network.parameters().get('0.weight')!.read() as tf.Tensor2D).sub(tf.tensor2d(outputOf(layer, seen), [40, 16])).dataSync(); // prettier-ignore
    });
  const own = compress.lowRank(network, { include, rank: 3 });
  const aware = compress.lowRank(network, { include, rank: 3, calibration: seen, damping: 0 });
  const [lost, least] = [norm(first(own.model)), norm(first(aware.model))];
  expect(least).toBeLessThan(0.1 * lost);
  const whole = norm(
    tf.tidy(() => seen.matMul(network.parameters().get('0.weight')!.read() as tf.Tensor2D).dataSync())
  );
  expect(least / whole).toBeCloseTo(aware.report.matrices['0.weight'].error, 3);
  [network, own.model, aware.model].forEach((each) => each.dispose());
});

test('a budget goes to the matrix that needs it: one of rank 2 gets 2, and the budget holds', () => {
  const network = planted([4, 4]);
  const { model, report } = compress.lowRank(network, { ratio: 0.5 });
  expect(report.matrices['0.weight'].rank).toBe(2);
  const other = report.matrices['1.weight'].rank!;
  expect(other).toBeGreaterThan(2);
  const left = 2 * (12 + 16) + other * (16 + 10);
  expect(left).toBeLessThanOrEqual(0.5 * (12 * 16 + 16 * 10));
  expect(left + 26).toBeGreaterThan(0.5 * (12 * 16 + 16 * 10));
  const all = compress.lowRank(network, { ratio: 1 });
  expect(Object.values(all.report.matrices).map(({ rank }) => rank)).toContain(null);
  expect(all.report.parameters.after).toBeLessThanOrEqual(all.report.parameters.before);
  [network, model, all.model].forEach((each) => each.dispose());
});

test('a matrix that one direction says almost all of leaves the budget to the other', () => {
  const network = planted([5, 0.1, 0.1, 0.1, 0.1, 0.1]);
  const { model, report } = compress.lowRank(network, { ratio: 0.4 });
  expect(report.matrices['0.weight'].rank).toBe(1);
  expect(report.matrices['1.weight'].rank).toBeGreaterThan(3);
  [network, model].forEach((each) => each.dispose());
});

test('a factored model is copied, saved, cut, fine-tuned and factored no further', () => {
  const size = { layers: 2, width: 16, heads: 2, contextLength: 4, vocabSize: 9 };
  const dense = models.denseTransformer({ ...size, seed: 1 });
  const ids = tf.tensor2d([[1, 2, 3]], [1, 3], 'int32');
  const { model } = compress.lowRank(dense, { ratio: 0.6 });
  const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-low-rank-'));
  const file = path.join(folder, 'a.safetensors');
  io.saveModel(model, file);
  const loaded = io.loadModel(file);
  rmSync(folder, { recursive: true });
  expectClose(outputOf(loaded, ids), outputOf(model, ids), 1e-6);
  const smaller = prune.structured(model, { ratio: 0.5, include: ['**.rank', '**.hidden'] });
  const masked = prune.structured(model, { ratio: 0.5, include: ['**.rank', '**.hidden'], mode: 'mask' });
  expect(smaller.report.groups.some(({ name }) => name.endsWith('rank'))).toBe(true);
  expectClose(outputOf(smaller.model, ids), outputOf(masked.model, ids), 1e-5);
  const layerless = prune.layers(model, { count: 1, units: ['attention'], inputs: ids }).model;
  expect(outputOf(layerless, ids)).toHaveLength(27);
  tf.tidy(() => {
    const { grads } = tf.variableGrads(() => model.apply(ids, core.Context.create()).square().sum() as tf.Scalar);
    model.parameters().forEach(({ variable }, name) => expect((grads[variable.name] as tf.Tensor | undefined) !== undefined, name).toBe(true)); // prettier-ignore
  });
  const paths = [...model.parameters().keys()].filter((name) => name.endsWith('.down'));
  expect(paths.length).toBeGreaterThan(0);
  const linear = model.modules().get(paths[0].slice(0, -5)) as layers.Linear;
  expect(() => linear.weight).toThrow(/layers.Linear: the weight must be whole, got factors of rank/);
  expect(() => compress.lowRank(model, { rank: 2, include: [paths[0]] })).toThrow('compress.lowRank: include must name weights of linear layers'); // prettier-ignore
  [dense, model, loaded, smaller.model, masked.model, layerless].forEach((each) => each.dispose());
});

test('an opened model is factored, writes on, and is not exported as what it no longer is', async () => {
  const opened = await models.open(path.join(import.meta.dirname, '../../../parity/fixtures/checkpoints/mistral'));
  const { model, report } = compress.lowRank(opened, { ratio: 0.7 });
  expect(report.parameters.after).toBeLessThan(report.parameters.before);
  const { ids } = await model.generate('a b', { maxNewTokens: 2, temperature: 0, ignoreEnd: true });
  expect(ids).toHaveLength(2);
  const folder = path.join(tmpdir(), 'switchyard-low-rank-export');
  expect(() => model.export(folder)).toThrow(
    /weights must be whole; io.saveModel saves factored models, got factors at "layers.0/
  );
  [opened, model].forEach((each) => each.dispose());
});

test('what cannot be factored is said, the model stays, and nothing is left behind', () => {
  const network = planted([5, 3, 2]);
  const refuse = (options: compress.LowRankOptions, message: RegExp) =>
    expectNoLeak(() => expect(() => compress.lowRank(network, options)).toThrow(message));
  refuse({}, /compress.lowRank: there must be one of rank, energy and ratio, got none/);
  refuse({ rank: 2, energy: 0.5 }, /got rank, energy/);
  refuse({ rank: 0 }, /rank must be an integer of at least 1, got 0/);
  refuse({ ratio: 0.01 }, /ratio must be at least 0.1534, what rank 1 takes, got 0.01/);
  refuse({ rank: 2, include: ['nowhere'] }, /compress.lowRank: include/);
  refuse({ rank: 2, calibration: tf.fill([2, 12], NaN) }, /calibration inputs of "0.weight" must be finite/);
  const { model: masked } = prune.unstructured(network, { sparsity: 0.5, include });
  expect(() => compress.lowRank(masked, { rank: 2, include })).toThrow('compress.lowRank: a matrix must not be masked, got 0.weight'); // prettier-ignore
  const { model: cut } = prune.structured(network, { ratio: 0.5, mode: 'mask' });
  expect(() => compress.lowRank(cut, { rank: 2 })).toThrow(
    'compress.lowRank: cuts must last (core.shrink), of "0.weight"'
  );
  const { model: high, report } = compress.lowRank(network, { rank: 7, include });
  expect(report.matrices['0.weight']).toEqual({ rank: null, full: 12, error: 0 });
  [network, masked, cut, high].forEach((each) => each.dispose());
});
