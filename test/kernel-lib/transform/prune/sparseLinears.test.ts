import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, io, models, prune, routers, tf, train } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const [INPUTS, HIDDEN, OUTPUTS] = [32, 48, 4];
const x = spread([20, INPUTS]) as tf.Tensor2D;
const PATH = '0.weight';
afterEach(() => useCustomOps(true));

function make(): models.Mlp {
  const model = models.mlp({ inputWidth: INPUTS, hidden: [HIDDEN], outputWidth: OUTPUTS, seed: 2 });
  setValue(model, '0.bias', (bias) => spread(bias.shape));
  return model;
}

const weightsOf = (model: core.Module, path = PATH): Float32Array =>
  tf.tidy(() => model.parameters().get(path)!.read().dataSync<'float32'>().slice());

/** The model with what a function keeps of its first matrix. */
function kept(keep: (input: number, output: number) => boolean): models.Mlp {
  const model = make();
  setValue(model, PATH, (weight) =>
    tf.tensor(
      weightsOf(model).map((value, i) => (keep(Math.floor(i / HIDDEN), i % HIDDEN) ? value : 0)),
      weight.shape
    )
  );
  return model;
}

/** Masks of every kind, the way in which each is stored, and the multiplications that are left on a row. */
const MASKS: [string, () => core.Module, prune.SparseFormat, number][] = [
  ['few single values', () => prune.unstructured(make(), { sparsity: 0.9, include: [PATH] }).model, 'rows', 0.1 * INPUTS * HIDDEN], // prettier-ignore
  ['one of four inputs', () => prune.unstructured(make(), { pattern: { n: 1, m: 4 }, include: [PATH] }).model, 'pattern', INPUTS * HIDDEN / 4], // prettier-ignore
  ['three of sixteen inputs', () => prune.unstructured(make(), { pattern: { n: 3, m: 16 }, include: [PATH] }).model, 'pattern', 3 * INPUTS * HIDDEN / 16], // prettier-ignore
  ['blocks of 8 x 8', () => prune.unstructured(make(), { sparsity: 0.75, block: { inputs: 8, outputs: 8 }, include: [PATH] }).model, 'blocks', INPUTS * HIDDEN / 4], // prettier-ignore
  ['groups of four outputs', () => prune.groupPattern(make(), { sparsity: 0.75, groupSize: 4, rearrange: false, include: [PATH] }).model, 'blocks', INPUTS * HIDDEN / 4], // prettier-ignore
  ['whole outputs', () => kept((_, output) => output % 3 === 1), 'channels', INPUTS * 16],
  ['whole inputs', () => kept((input) => input % 4 === 2), 'channels', 8 * HIDDEN],
  ['whole inputs and outputs', () => kept((input, output) => input < 10 && output > 20), 'channels', 10 * 27]
]; // prettier-ignore

describe.each(MASKS)('a linear layer of %s', (_name, masked, format, multiplications) => {
  test.each([
    ['custom', true],
    ['composed', false]
  ])('runs without its zeros and computes what it did masked, %s', (_, custom) => {
    useCustomOps(custom);
    const model = masked();
    const before = outputOf(model, x);
    const stored = valuesOf(model);
    const sparse = prune.sparseLinears(model, { include: ['0'] });
    expect([...sparse.formats]).toEqual([['0', format]]);
    expect(sparse.multiplications).toEqual({ before: INPUTS * HIDDEN, after: Math.round(multiplications) });
    expectClose(outputOf(model, x), before, 1e-5);
    expectNoLeak(() => outputOf(model, x));
    // It is the packed matrix that runs: the model's own may be anything.
    setValue(model, PATH, (weight) => tf.zerosLike(weight));
    expectClose(outputOf(model, x), before, 1e-5);
    expect(outputOf(model, x, true)).not.toEqual(before);
    sparse.stop();
    sparse.stop();
    expect(outputOf(model, x)).toEqual(outputOf(model, x, true));
    expect(Object.keys(valuesOf(model))).toEqual(Object.keys(stored));
    model.dispose();
  });
});

describe('sparse linear layers', () => {
  test('pass gradients to what came before, and free all that they packed', () => {
    const model = prune.unstructured(make(), { sparsity: 0.9, include: [PATH] }).model;
    const gradient = () => tf.tidy(() => tf.grad((y) => model.apply(y, core.Context.create()).square().sum())(x).dataSync().slice()); // prettier-ignore
    const before = gradient();
    expectNoLeak(() => {
      const sparse = prune.sparseLinears(model, { include: ['0'] });
      expectClose(gradient(), before, 1e-5);
      sparse.stop();
    });
    model.dispose();
  });

  test('a whole transformer: layers that pay run so, and logits are those of the masked one', () => {
    const dense = models.denseTransformer({
      layers: 2,
      width: 32,
      heads: 2,
      hidden: 64,
      vocabSize: 20,
      contextLength: 8
    });
    const ids = tf.tensor2d([[1, 2, 3, 4], [7, 8, 9, 12]], [2, 4], 'int32'); // prettier-ignore
    const { model } = prune.unstructured(dense, { pattern: { n: 1, m: 4 } });
    const before = outputOf(model, ids);
    const sparse = prune.sparseLinears(model);
    expect([...sparse.formats.keys()].sort()).toEqual(['layers.0.attention.output', 'layers.0.attention.qkv', 'layers.0.feedForward.w1', 'layers.0.feedForward.w2', 'layers.1.attention.output', 'layers.1.attention.qkv', 'layers.1.feedForward.w1', 'layers.1.feedForward.w2']); // prettier-ignore
    expect([...sparse.formats.values()].every((format) => format === 'pattern')).toBe(true);
    // 4.5 of 16 bytes.
    expect(sparse.bytes).toBe(4.5 * sparse.multiplications.after);
    expectClose(outputOf(model, ids), before, 1e-5);
    sparse.stop();
    [dense, model].forEach((each) => each.dispose());
  });

  test('training goes on with the masked matrix, and what it learnt runs when it begins anew', async () => {
    const { model } = prune.unstructured(make(), { sparsity: 0.9 });
    const task = train.tasks.classification({ inputs: x, labels: Array.from({ length: 20 }, (_, i) => i % OUTPUTS), batchSize: 20 }); // prettier-ignore
    const sparse = prune.sparseLinears(model);
    const before = outputOf(model, x);
    await train.fit(model, task, { steps: 5, seed: 1, learningRate: 0.05 });
    const trained = outputOf(model, x, true);
    expect(trained).not.toEqual(before);
    sparse.stop();
    const again = prune.sparseLinears(model);
    expectClose(outputOf(model, x), trained, 1e-5);
    again.stop();
    model.dispose();
  });

  test('a masked model that was saved and loaded runs so too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-sparse-'));
    const { model } = prune.unstructured(make(), { sparsity: 0.9, include: [PATH] });
    io.saveModel(model, join(folder, 'model'));
    const loaded = io.loadModel(join(folder, 'model'));
    const sparse = prune.sparseLinears(loaded);
    expect(sparse.formats.get('0')).toBe('rows');
    expectClose(outputOf(loaded, x), outputOf(model, x), 1e-5);
    sparse.stop();
    [model, loaded].forEach((each) => each.dispose());
    rmSync(folder, { recursive: true });
  });

  test('where nothing pays it says so, and the model is untouched', () => {
    const model = make();
    const run = (some: prune.SparseLinearsOptions = {}) => prune.sparseLinears(model, some);
    expect(() => run()).toThrow('prune.sparseLinears: a linear layer must have zeros that pay, got 0, 1');
    expect(() => run({ include: ['nowhere'] })).toThrow('prune.sparseLinears: include');
    const { model: half } = prune.unstructured(model, { sparsity: 0.3, include: [PATH] });
    expect(() => prune.sparseLinears(half)).toThrow('must have zeros that pay');
    const empty = kept(() => false);
    expect(() => prune.sparseLinears(empty)).toThrow('must have zeros that pay');
    [model, half, empty].forEach((each) => each.dispose());
  });

  test('one thread and two give the same bytes, values and gradients', () => {
    const program = `
      const { core, ops, models, prune, tf } = require('@switchyard/kernel-lib');
      const hash = require('crypto').createHash('sha256');
      const model = models.mlp({ inputWidth: 96, hidden: [200], outputWidth: 2, seed: 1 });
      const of = (options) => prune.unstructured(model, { ...options, include: ['0.weight'] }).model;
      const packed = [
        prune.packSparse(of({ sparsity: 0.8 }), '0.weight'),
        prune.packSparse(of({ sparsity: 0.5, block: { inputs: 4, outputs: 8 } }), '0.weight', { block: { inputs: 4, outputs: 8 } }),
        prune.packPattern(of({ pattern: { n: 2, m: 4 } }), '0.weight', { n: 2, m: 4 })
      ];
      const w = core.Random.fromSeed(2).normal([96, 200]);
      const live = Int32Array.from({ length: 40 }, (_, i) => 2 * i + 1);
      const products = [
        ...packed.map((each) => [(x) => each.multiply(x), 96]),
        [(x) => ops.liveInputsMatMul(x, w, live), 96],
        [(x) => ops.liveOutputsMatMul(x, w, live), 200]
      ];
      for (const rows of [1, 2, 7, 150]) {
        for (const [product, inputs] of products) {
          const x = core.Random.fromSeed(rows).normal([rows, inputs]);
          const { value, grad } = tf.valueAndGrad((x) => product(x).square().sum())(x);
          [product(x), value, grad].forEach((each) => hash.update(new Uint8Array(each.dataSync().buffer)));
        }
      }
      for (const each of packed.slice(0, 2)) {
        const { grads } = tf.variableGrads(() => each.multiply(core.Random.fromSeed(4).normal([90, 96])).square().sum(), [each.values]);
        hash.update(new Uint8Array(Object.values(grads)[0].dataSync().buffer));
      }
      process.stdout.write(hash.digest('hex'));`;
    const run = (threads: number): string =>
      execFileSync(process.execPath, ['-e', program], {
        ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], cwd: __dirname },
        env: { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: '1' }
      });
    const one = run(1);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect([run(2), run(5)]).toEqual([one, one]);
  }, 60_000);
});

describe('banks of experts', () => {
  const options = { layers: 1, width: 32, heads: 2, vocabSize: 20, contextLength: 8, hidden: 48, experts: 4, seed: 1 };
  const ids = tf.tensor2d([[1, 2, 3, 4, 7, 8, 9, 12]], [1, 8], 'int32');
  const bank = 'layers.0.moe.experts';

  /** A mixture of which some experts' matrices are masked, each in another way, and one is whole. */
  function mixture(expertKind: 'plain' | 'gated', k: number): core.Module {
    const model = models.moeTransformer({ ...options, expertKind, router: routers.topK({ k }) });
    const names = expertKind === 'plain' ? ['w1', 'w2'] : ['w1', 'w3', 'w2'];
    const paths = names.map((name) => `${bank}.${name}`);
    core.masksAt(model, paths).forEach((mask, path) => {
      const [, inputs, outputs] = mask.shape;
      const values = core.Random.fromSeed(3).child(path).uniform(mask.shape).dataSync();
      const keep = (at: number): boolean => {
        const [expert, input, output] = [Math.floor(at / inputs / outputs), Math.floor(at / outputs) % inputs, at % outputs]; // prettier-ignore
        return [true, values[at] < 0.1, input % 4 === output % 4, output % 3 === 1][expert];
      };
      tf.tidy(() =>
        mask.assign(
          tf.tensor(
            Array.from(values.keys(), (at) => Number(keep(at))),
            mask.shape
          ),
          path
        )
      );
    });
    return model;
  }

  test.each([
    ['plain', 2, true],
    ['gated', 2, true],
    ['plain', 1, true],
    ['plain', 2, false]
  ] as const)(
    '%s experts, %d a token: each runs in its own way, the whole one as it is; custom ops: %s',
    (kind, k, custom) => {
      useCustomOps(custom);
      const model = mixture(kind, k);
      const before = outputOf(model, ids);
      const sparse = prune.sparseLinears(model);
      const names = kind === 'plain' ? ['w1', 'w2'] : ['w1', 'w3', 'w2'];
      expect([...sparse.formats]).toEqual(names.flatMap((name) => ['rows', 'pattern', 'channels'].map((format, i) => [`${bank}.${name}.${i + 1}`, format]))); // prettier-ignore
      const whole = options.width * options.hidden;
      expect(sparse.multiplications.before).toBe(names.length * whole);
      expect(sparse.multiplications.after / sparse.multiplications.before).toBeCloseTo((1 + 0.1 + 0.25 + 1 / 3) / 4, 1);
      expectClose(outputOf(model, ids), before, 1e-5);
      expectNoLeak(() => outputOf(model, ids));
      // What is packed is what runs; the expert that is whole is the model's own.
      const parameter = model.parameters().get(`${bank}.w2`)!;
      const [, hidden, width] = parameter.shape;
      tf.tidy(() =>
        parameter.assign(parameter.variable.mul(tf.tensor([1, 0, 0, 0], [4, 1, 1]).tile([1, hidden, width])))
      );
      expectClose(outputOf(model, ids), before, 1e-5);
      expect(outputOf(model, ids, true)).not.toEqual(before);
      sparse.stop();
      expect(outputOf(model, ids)).toEqual(outputOf(model, ids, true));
      model.dispose();
    }
  );

  test('one product by its path, gradients to the rows, and nothing is left', () => {
    const model = mixture('plain', 2);
    const rows = spread([20, options.width]) as tf.Tensor2D;
    const layer = model.modules().get('layers.0.moe')!;
    const gradient = () => tf.tidy(() => tf.grad((y) => layer.apply(y, core.Context.create()).square().sum())(rows).dataSync().slice()); // prettier-ignore
    const before = gradient();
    expectNoLeak(() => {
      const sparse = prune.sparseLinears(model, { include: [`${bank}.w1`] });
      expect([...sparse.formats.keys()]).toEqual([1, 2, 3].map((expert) => `${bank}.w1.${expert}`));
      expectClose(gradient(), before, 1e-5);
      sparse.stop();
    });
    model.dispose();
  });

  test('a product has one stand-in at a time, of those that there are', () => {
    const model = mixture('plain', 2);
    const sparse = prune.sparseLinears(model);
    expectNoLeak(() => {
      expect(() => prune.sparseLinears(model)).toThrow('plain-experts: one thing at a time may stand in for a product, got w1'); // prettier-ignore
    });
    sparse.stop();
    prune.sparseLinears(model).stop();
    model.dispose();
  });
});

describe('packing', () => {
  test('a pattern: values with their places, an output that reads fewer has zeros, and training moves the values', () => {
    const model = kept((input, output) => input % 4 === output % 4 || (input % 4 === 3 && output > 9));
    const packed = prune.packPattern(model, PATH, { n: 2, m: 4 });
    expect(packed.values.shape).toEqual([INPUTS / 4, 2, HIDDEN]);
    expect(packed.bytes).toBe(4.5 * packed.values.size);
    const dense = tf.tidy(() =>
      tf
        .matMul(x, model.parameters().get(PATH)!.read() as tf.Tensor2D)
        .dataSync()
        .slice()
    );
    expectClose(tf.tidy(() => packed.multiply(x).dataSync().slice()), dense, 1e-5); // prettier-ignore
    const { grads } = tf.variableGrads(() => packed.multiply(x).square().sum(), [packed.values as tf.Variable]);
    const [gradient] = Object.values(grads);
    expect(gradient.shape).toEqual(packed.values.shape);
    tf.dispose(grads);
    packed.dispose();
    model.dispose();
  });

  test('what does not fit is refused', () => {
    const model = make();
    const pattern =
      (n: number, m: number, path = PATH) =>
      () =>
        prune.packPattern(model, path, { n, m });
    expect(pattern(2, 4)).toThrow(
      `prune.packPattern: an output of "${PATH}" must read at most 2 of every 4 inputs, got 4`
    );
    expect(pattern(1, 5)).toThrow(`prune.packPattern: m must divide the inputs of "${PATH}" (32), got 5`);
    expect(pattern(1, 32)).toThrow('prune.packPattern: m must be an integer 1..16, got 32');
    expect(pattern(5, 4)).toThrow('prune.packPattern: n must be an integer 1..4, got 5');
    expect(pattern(1, 4, '0.bias')).toThrow('prune.packPattern: "0.bias" must be a matrix');
    expect(() => prune.packSparse(model, PATH, { block: { inputs: 3, outputs: 4 } })).toThrow(`prune.packSparse: block must divide "${PATH}" [32, 48], got [3,4]`); // prettier-ignore
    model.dispose();
  });
});

describe('blocks of a matrix are masked whole', () => {
  const block = { inputs: 2, outputs: 3 };

  test('those whose values together are least, by hand', () => {
    const model = models.mlp({ inputWidth: 4, hidden: [6], outputWidth: 1 });
    // Sums of the four blocks: 6 (one value of 6), 9, 12 and 3.
    const values = [6, 0, 0, 2, 1, 1, 0, 0, 0, 2, 1, 2, 2, 2, 2, 1, 0, 0, 2, 2, 2, 1, 1, 0];
    setValue(model, PATH, (weight) => tf.tensor(values.map((value, i) => (i % 2 === 0 ? value : -value)), weight.shape)); // prettier-ignore
    const { model: pruned, report } = prune.unstructured(model, { sparsity: 0.5, block, include: [PATH] });
    const gone = [...core.masksAt(pruned, [PATH]).get(PATH)!.variable.dataSync()];
    expect(gone).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]);
    expect(report.density).toEqual({ [PATH]: 0.5 });
    // What an earlier mask took away does not come back within a block that stays.
    const { model: first } = prune.unstructured(model, { sparsity: 0.25, include: [PATH] });
    const { model: second } = prune.unstructured(first, { sparsity: 0.25, block, include: [PATH] });
    const [a, b] = [first, second].map((each) => core.masksAt(each, [PATH]).get(PATH)!.variable.dataSync());
    expect(b.every((value, i) => value <= a[i])).toBe(true);
    [model, pruned, first, second].forEach((each) => each.dispose());
  });

  test('of each expert of a bank by itself, and over all matrices with scope "global"', () => {
    const model = models.moeTransformer({ layers: 1, width: 8, heads: 2, contextLength: 4, vocabSize: 5, experts: 2, hidden: 6, seed: 1, router: routers.topK({ k: 1 }) }); // prettier-ignore
    for (const scope of ['local', 'global', 'output'] as const) {
      const { model: pruned, report } = prune.unstructured(model, { sparsity: 0.5, block: { inputs: 2, outputs: 2 }, scope, include: ['**.w1'] }); // prettier-ignore
      expect(report.values.after / report.values.before).toBe(0.5);
      const mask = weightsOf(pruned, 'layers.0.moe.experts.w1').map((value) => (value === 0 ? 0 : 1));
      // [2, 8, 6]: rows and columns in pairs.
      mask.forEach((value, i) => {
        const [row, column] = [Math.floor(i / 6), i % 6];
        expect(value).toBe(mask[(row - (row % 2)) * 6 + column - (column % 2)]);
      });
      pruned.dispose();
    }
    model.dispose();
  });

  test('what does not fit is refused', () => {
    const model = make();
    const attempt = (some: object) => () =>
      prune.unstructured(model, { include: [PATH], ...some } as prune.UnstructuredOptions);
    expect(attempt({ sparsity: 0.5, block: { inputs: 5, outputs: 4 } })).toThrow(`prune.unstructured: block must divide "${PATH}" [32, 48], got [5,4]`); // prettier-ignore
    expect(attempt({ sparsity: 0.5, block: { inputs: 0, outputs: 4 } })).toThrow('prune.unstructured: block.inputs must be an integer of at least 1, got 0'); // prettier-ignore
    expect(attempt({ pattern: { n: 2, m: 4 }, block })).toThrow('prune.unstructured: block must go with sparsity');
    expect(attempt({ sparsity: 0.5, block, importance: prune.sparseGpt({ batch: () => x, loss: () => tf.scalar(0) }) })).toThrow('block must go with sparsity'); // prettier-ignore
    model.dispose();
  });
});
