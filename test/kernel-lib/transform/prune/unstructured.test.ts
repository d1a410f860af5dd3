import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, data, io, models, prune, routers, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectNoLeak } from '../../../support/numeric';

const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 8 };
const folder = mkdtempSync(join(tmpdir(), 'switchyard-prune-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ids = tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32');
const text = data.fromStrings({ one: ['a text to learn from, '.repeat(30), 'and another, '.repeat(30)] });
const W1 = 'layers.0.feedForward.w1.weight';

const dense = (): models.Transformer => models.denseTransformer({ ...SIZE, hidden: 8, seed: 3 });
const readOf = (model: core.Module, path: string): Float32Array =>
  tf.tidy(() => model.parameters().get(path)!.read().dataSync<'float32'>().slice());
const zerosOf = (values: Float32Array): number => values.filter((value) => value === 0).length;

describe('which values go', () => {
  test('the smallest of each matrix, of equal ones the last; the model given stays, and nothing leaks', () => {
    const model = dense();
    const values = Float32Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + (i % 4)));
    setValue(model, W1, (weight) => tf.tensor(values, weight.shape));
    const before = valuesOf(model);
    const { model: pruned, report } = prune.unstructured(model, { sparsity: 0.375, include: [W1] });
    // Magnitudes 1 to 4, sixteen each: all of the ones go, and the last eight of the twos.
    const expected = values.map((value, i) =>
      Math.abs(value) === 1 || (Math.abs(value) === 2 && i >= 32) ? 0 : value
    );
    // A masked -2 is read as -0.
    expect(readOf(pruned, W1).map((value) => value + 0)).toEqual(expected);
    expect(report.density).toEqual({ [W1]: 0.625 });
    expect(report.values).toEqual({ before: 64, after: 40 });
    expect(valuesOf(model)).toEqual(before);
    expectNoLeak(() => prune.unstructured(model, { sparsity: 0.5 }).model.dispose());
    [model, pruned].forEach((each) => each.dispose());
  });

  test('of all matrices together, those of small values lose more', () => {
    const model = dense();
    setValue(model, W1, (value) => value.mul(0.01));
    const of = (scope: 'local' | 'global') => {
      const { model: pruned, report } = prune.unstructured(model, { sparsity: 0.5, scope });
      pruned.dispose();
      return report;
    };
    expect(Object.values(of('local').density).every((density) => density === 0.5)).toBe(true);
    const { density, values } = of('global');
    expect(density[W1]).toBe(0);
    expect(values.after).toBe(values.before / 2);
    expect(Object.keys(density).some((path) => /tokens|positions|head\.|orm/.test(path))).toBe(false);
    model.dispose();
  });

  test('two of four inputs of each output', () => {
    const model = models.moeTransformer({ ...SIZE, experts: 2, hidden: 4, router: routers.topK({ k: 1 }) });
    const path = 'layers.0.moe.experts.w1';
    const { model: pruned, report } = prune.unstructured(model, { pattern: { n: 2, m: 4 } });
    expect(Object.values(report.density).every((density) => density === 0.5)).toBe(true);
    expect(Object.keys(report.density).some((each) => each.includes('router'))).toBe(false);
    const [mask, weight] = [readOf(pruned, path), model.parameters().get(path)!.variable.dataSync()];
    const at = (values: ArrayLike<number>, expert: number, input: number, output: number) =>
      values[(expert * 8 + input) * 4 + output];
    for (const [expert, block, output] of [
      [0, 0, 1],
      [1, 4, 3]
    ]) {
      // prettier-ignore
      const inputs = [0, 1, 2, 3].map((i) => block + i);
      const largest = inputs
        .sort((a, b) => Math.abs(at(weight, expert, b, output)) - Math.abs(at(weight, expert, a, output)))
        .slice(0, 2);
      expect(inputs.filter((input) => at(mask, expert, input, output) !== 0).sort()).toEqual(largest.sort());
    }
    [model, pruned].forEach((each) => each.dispose());
  });
});

describe('masks', () => {
  test('hold in training against momentum and weight decay, and are checkpointed', async () => {
    const options = {
      batchSize: 2,
      seed: 1,
      learningRate: 0.05,
      weightDecay: 0.5,
      progress: false,
      evaluateEvery: 0
    } as const;
    const pruned = prune.unstructured(dense(), { sparsity: 0.5 }).model;
    const masked = readOf(pruned, W1).map((value) => (value === 0 ? 1 : 0));
    const path = join(folder, 'run');
    await train.fit(pruned, text, { ...options, steps: 6, checkpoint: { path, every: 3 } });
    const after = readOf(pruned, W1);
    expect([...after].every((value, i) => (masked[i] === 1 ? value === 0 : value !== 0))).toBe(true);
    const resumed = prune.unstructured(dense(), { sparsity: 0.5 }).model;
    await train.fit(resumed, text, { ...options, steps: 3 });
    await train.fit(resumed, text, { ...options, steps: 6, resume: path });
    expect(readOf(resumed, W1)).toEqual(after);
    [pruned, resumed].forEach((each) => each.dispose());
  });

  test('are saved with a model and built from its spec, and go on from one another', () => {
    const model = prune.unstructured(dense(), { sparsity: 0.5, include: ['**.feedForward.**'] }).model;
    expect(model.spec.masks).toHaveLength(4);
    const file = join(folder, 'pruned.safetensors');
    io.saveModel(model, file);
    const loaded = io.loadModel(file) as models.Transformer;
    expect(outputOf(loaded, ids)).toEqual(outputOf(model, ids));
    const further = prune.unstructured(loaded, {
      sparsity: 0.75,
      include: ['**.feedForward.**'],
      importance: prune.random({ seed: 1 })
    });
    const [first, second] = [readOf(model, W1), readOf(further.model, W1)];
    expect(zerosOf(second)).toBe(48);
    expect([...second].every((value, i) => first[i] !== 0 || value === 0)).toBe(true);
    const copied = models.mapFeedForwards(further.model, (network) => network);
    expect(zerosOf(readOf(copied, W1))).toBe(48);
    expect(copied.spec.masks).toHaveLength(4);
    [model, loaded, further.model, copied].forEach((each) => each.dispose());
  });

  test('are cut with what they mask', () => {
    const model = prune.unstructured(dense(), { sparsity: 0.5 }).model;
    const { model: smaller } = prune.structured(model, { ratio: 0.5, include: ['**.hidden'] });
    expect(smaller.buffers().get(`${W1}Mask`)!.shape).toEqual([8, 4]);
    expect(outputOf(smaller, ids).every(Number.isFinite)).toBe(true);
    [model, smaller].forEach((each) => each.dispose());
  });

  test('of a parameter that is not there, or of an option that cannot be, are refused, and nothing is made', () => {
    const model = dense();
    const attempt = (options: prune.UnstructuredOptions) => () => prune.unstructured(model, options);
    expectNoLeak(() => {
      expect(attempt({})).toThrow('prune.unstructured: there must be sparsity or pattern, got neither');
      expect(attempt({ sparsity: 0.5, pattern: { n: 1, m: 2 } })).toThrow(
        'there must be sparsity or pattern, got both'
      );
      expect(attempt({ sparsity: 2 })).toThrow('sparsity must be a number 0..1, got 2');
      expect(attempt({ pattern: { n: 3, m: 2 } })).toThrow('pattern.n must be an integer 1..2, got 3');
      expect(attempt({ pattern: { n: 1, m: 3 } })).toThrow(
        'pattern.m (3) must divide the inputs of "layers.0.attention.qkv.weight", got 8'
      );
      expect(attempt({ sparsity: 0.5, include: ['**.*Norm.*'] })).toThrow('include must name matrices (');
    });
    expect(() => core.masksAt(model, ['layers.0.nothing'])).toThrow('mask must name a parameter of its own');
    model.dispose();
  });
});

test('SparseGPT of inputs that are nearly one another leaves finite values, and an output near to the whole', () => {
  const random = core.Random.fromSeed(7);
  const [rows, width] = [256, 48];
  // One direction with all the size, and the rest a thousandth: an inverse in single precision is not positive.
  const common = random.child('common').normal([rows, 1], 0, 30);
  const x = tf.tidy(() => common.add(random.child('rest').normal([rows, width], 0, 0.003)));
  const network = models.mlp({ inputWidth: width, hidden: [], outputWidth: 6, seed: 1 });
  const prunedWith = (damping: number) =>
    prune.unstructured(network, { sparsity: 0.5, importance: prune.sparseGpt(x, { damping }) }).model;
  const model = prunedWith(1e-5);
  const [own, whole] = [outputOf(model, x), outputOf(network, x)];
  const lost = own.reduce((sum, value, i) => sum + (value - whole[i]) ** 2, 0);
  expect(lost).toBeLessThan(0.01 * whole.reduce((sum, value) => sum + value ** 2, 0));
  // With so little added the moments are not positive either, and that is said.
  expect(() => prunedWith(1e-9)).toThrow('prune.sparseGpt: a matrix must be positive definite');
  [network, model, common, x].forEach((each) => each.dispose());
});
