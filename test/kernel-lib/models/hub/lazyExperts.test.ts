/** @file Mixtures whose experts are read when a token first goes to them. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { core, models, type moe, prune, sim, tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { PagedTensor } from '@switchyard/kernel-lib/dist/base/ops/pagedTensor.js';
import { PagePool } from '@switchyard/kernel-lib/dist/base/ops/pagePool.js';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { logitsOf } from '../../../support/opened';
import { expectClose } from '../../../support/numeric';

const FIXTURES = join(__dirname, '..', '..', '..', 'parity', 'fixtures');
const CHECKPOINTS = join(FIXTURES, 'checkpoints');
const scratch = mkdtempSync(join(tmpdir(), 'switchyard-lazy-'));
const PRODUCTS = ['w1', 'w3', 'w2'];

afterAll(() => rmSync(scratch, { recursive: true }));
afterEach(() => useCustomOps(true));

const open = (where: string, options?: models.OpenOptions) => models.open<models.PretrainedModel>(where, options);

const mixtures = [
  ...['mixtral', 'olmoe', 'qwen2-moe', 'qwen3-moe', 'deepseek-v2', 'deepseek-v3', 'granite-moe', 'switch'].map((name) => join(CHECKPOINTS, name)), // prettier-ignore
  join(FIXTURES, 'gguf', 'mixtral.gguf')
];

/** Experts that each product of a pass needed, a number for each matrix of each layer. */
function accessesOf(model: models.PretrainedTransformer, ids: number[][]): number[][] {
  const records: core.RoutingRecord[] = [];
  const ctx = core.Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  tf.tidy(() => void model.apply(tf.tensor2d(ids, undefined, 'int32'), ctx));
  ctx.dispose();
  return records.flatMap(({ indices, numExperts }, layer) => {
    const used = [...new Set(indices)].filter((expert) => expert >= 0).sort((a, b) => a - b);
    return PRODUCTS.map((_, product) => used.map((expert) => (3 * layer + product) * numExperts + expert));
  });
}

describe.each(mixtures)('%s', (where) => {
  test('computes what it does with all experts read, with the custom ops and without', async () => {
    const [all, lazy] = [await open(where, { dtype: 'as stored' }), await open(where, { experts: 'lazy' })];
    expect(lazy.card.expertCache).toMatchObject({ held: 0, hits: 0, misses: 0, bytesRead: 0 });
    expect(lazy.card.memoryBytes).toBeLessThan(all.card.memoryBytes);
    expect(lazy.countParameters()).toBe(all.countParameters());
    expect(lazy.card.activeParameters).toBe(all.card.activeParameters);
    const expected = logitsOf(all);
    expectClose(logitsOf(lazy), expected, 1e-5);
    const { misses, held, hits } = lazy.expertCache!.report;
    expect([held, hits]).toEqual([misses, 0]);
    expect(misses).toBeGreaterThan(0);
    useCustomOps(false);
    expectClose(logitsOf(lazy), expected, 1e-5);
    expect(lazy.expertCache!.report).toMatchObject({ misses, hits: misses, hitRate: 0.5 });
    [all, lazy].forEach((model) => model.dispose());
  });

  test('with room for one matrix it computes the same, and continues the same', async () => {
    const [all, lazy] = [await open(where, { dtype: 'as stored' }), await open(where, { experts: 'lazy', expertCache: { bytes: 1 } })]; // prettier-ignore
    expectClose(logitsOf(lazy), logitsOf(all), 1e-5);
    expect(lazy.expertCache!.report).toMatchObject({ capacity: 1, held: 1 });
    const options = { maxNewTokens: 4, ignoreEnd: true };
    expect((await lazy.generate('the router', options)).ids).toEqual((await all.generate('the router', options)).ids);
    expect(lazy.expertCache!.report.held).toBe(1);
    [all, lazy].forEach((model) => model.dispose());
  });

  test('what it holds is freed with it', async () => {
    const before = tf.memory().numTensors;
    const lazy = await open(where, { experts: 'lazy' });
    logitsOf(lazy);
    lazy.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const small = await open(where, { experts: 'lazy', expertCache: { bytes: 1 } });
    logitsOf(small);
    const held = tf.memory().numTensors;
    logitsOf(small);
    expect(tf.memory().numTensors).toBe(held);
    small.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the cache of experts', () => {
  const where = join(CHECKPOINTS, 'olmoe');
  const passes = [[[5, 9, 33]], [[12, 7]], [[5, 9]], [[40, 3, 3]], [[5, 9, 33, 12]], [[1]], [[2]], [[1]]];

  test.each(['lru', 'lfu'] as const)(
    'hits and misses are those that sim.expertCache says of the same routing, by %s',
    async (policy) => {
      const whole = await models.open(where);
      const accesses = passes.flatMap((ids) => accessesOf(whole, ids));
      whole.dispose();
      const most = Math.max(...accesses.map(({ length }) => length));
      for (const capacity of [most, most + 3, 2 * most, 1000]) {
        const { pageBytes } = pagesOf(await models.open(where, { experts: 'lazy' }));
        const lazy = await models.open(where, {
          experts: 'lazy',
          expertCache: { bytes: capacity * pageBytes, policy }
        });
        passes.forEach((ids) => tf.tidy(() => void lazy.logits(ids)));
        const { hits, misses, bytesRead } = lazy.expertCache!.report;
        const expected = sim.expertCache({ accesses, capacity, policy });
        expect({ hits, misses }).toEqual({ hits: expected.hits, misses: expected.misses });
        expect(bytesRead).toBe(misses * pageBytes);
        lazy.dispose();
      }
    }
  );

  /** Bytes of a matrix of a model, which is disposed. */
  function pagesOf(model: models.PretrainedTransformer): { pageBytes: number } {
    const { shape } = model.parameters().get('layers.0.moe.experts.w1')!;
    model.dispose();
    // The fixtures are of float32.
    return { pageBytes: 4 * shape[1] * shape[2] };
  }

  test('the card and its picture say it', async () => {
    const lazy = await models.open(where, { experts: 'lazy', expertCache: { bytes: 40_000 } });
    logitsOf(lazy);
    const { held, of, capacity, bytesHeld } = lazy.expertCache!.report;
    expect(held).toBeLessThanOrEqual(capacity);
    expect(lazy.card.expertCache).toMatchObject({ held, of, policy: 'lru' });
    const rest = [...lazy.stored()].filter(([path]) => !/experts\.w\d$/.test(path));
    expect(lazy.card.memoryBytes).toBe(rest.reduce((sum, [, { bytes }]) => sum + bytes, 0) + bytesHeld);
    lazy.dispose();
  });

  test('a bank that is made float32 leaves its room to the others', async () => {
    const lazy = await models.open(where, { experts: 'lazy' });
    const [first, second] = [0, 1].map((layer) => lazy.parameters().get(`layers.${layer}.moe.experts.w1`)!);
    const { numTensors } = tf.memory();
    const pool = new PagePool('test', { bytes: 4 * 16 * 24 });
    const read = (parameter: core.Parameter) => {
      const { source } = parameter.packed as unknown as PagedTensor;
      return new PagedTensor(source, pool);
    };
    const [a, b] = [read(first), read(second)];
    a.pages([3]);
    a.dispose();
    b.pages([1]);
    b.pages([2]);
    b.pages([1]);
    // Room for one: the matrix that went with its bank takes none.
    expect(pool.report).toMatchObject({ capacity: 1, held: 1, of: 8, hits: 0, misses: 4 });
    b.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
    lazy.dispose();
  });

  test('gradients reach the tokens, as with all experts read', async () => {
    const models_ = [await models.open(where, { dtype: 'as stored' }), await models.open(where, { experts: 'lazy', expertCache: { bytes: 1 } })]; // prettier-ignore
    const [all, lazy] = models_.map((model) => {
      const layer = model.modules().get('layers.0.moe') as moe.MoeLayer;
      return tf.tidy(() => {
        const x = core.Random.fromSeed(1).normal([7, layer.options.width as number]);
        return tf.grad((rows: tf.Tensor) => layer.apply(rows, core.Context.create()).square().sum())(x).dataSync().slice(); // prettier-ignore
      });
    });
    expectClose(lazy, all, 1e-5);
    expect(Math.max(...all)).toBeGreaterThan(1e-4);
    models_.forEach((model) => model.dispose());
  });

  test('an adapter, a dense copy and an export see the whole stack', async () => {
    const lazy = await models.open(where, { experts: 'lazy' });
    const folder = join(scratch, 'again');
    lazy.export(folder);
    const again = await models.open(folder);
    const all = await models.open(where);
    models.unpack(lazy);
    expect(lazy.parameters().get('layers.0.moe.experts.w1')!.format).toBe('float32');
    const values = (model: models.PretrainedTransformer) => [...model.stored()].map(([path, each]) => [path, tf.tidy(() => each.read().dataSync().slice())]); // prettier-ignore
    expect(values(lazy)).toEqual(values(all));
    expect(values(again)).toEqual(values(all));
    [lazy, all, again].forEach((model) => model.dispose());
  });

  test('a file that was cut short since is refused by name, and the model goes on with what it holds', async () => {
    const folder = join(scratch, 'cut');
    cpSync(where, folder, { recursive: true });
    const lazy = await models.open(folder, { experts: 'lazy' });
    logitsOf(lazy);
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
    truncateSync(join(folder, file), 2000);
    const before = logitsOf(lazy);
    expect(() => tf.tidy(() => void lazy.logits([Array.from({ length: 30 }, (_, i) => i + 1)]))).toThrow(
      /safetensors: must not be cut short while it is read, got \d+ bytes/
    );
    expect(logitsOf(lazy)).toEqual(before);
    lazy.dispose();
  });
});

test('matrices that could not be read are asked for again, and none is taken for held', () => {
  const before = tf.memory().numTensors;
  const layout = { format: 'F32', matrices: null, rows: 2, columns: 2, transposed: true };
  let broken = false;
  const read = (matrix: number, into: Uint8Array): void => {
    if (broken && matrix === 2) {
      throw new Error('gone');
    }
    into.set(new Uint8Array(Float32Array.of(matrix, 0, 0, 0).buffer));
  };
  const pool = new PagePool('test', { bytes: 2 * 16 });
  const stack = new PagedTensor({ count: 4, layout, read }, pool);
  const first = (matrices: number[]): number[] => stack.pages(matrices).map((page) => tf.tidy(() => page.unpack().dataSync()[0])); // prettier-ignore
  expect(first([0, 1])).toEqual([0, 1]);
  broken = true;
  // Twice: the first failure must not leave what is not there as held.
  expect(() => stack.pages([2, 3])).toThrow('gone');
  expect(() => stack.pages([2, 3])).toThrow('gone');
  expect(pool.report.held).toBeLessThanOrEqual(2);
  expect(first([0, 1])).toEqual([0, 1]);
  broken = false;
  expect(first([2, 3])).toEqual([2, 3]);
  expect(pool.report).toMatchObject({ held: 2, capacity: 2 });
  stack.dispose();
  expect(() => stack.pages([0])).toThrow('a stack must not have been disposed');
  expect(tf.memory().numTensors).toBe(before);
});

test('a file that was put in the place of the one that was opened is refused by name', async () => {
  const folder = join(scratch, 'replaced');
  cpSync(join(CHECKPOINTS, 'olmoe'), folder, { recursive: true });
  const lazy = await models.open(folder, { experts: 'lazy', expertCache: { bytes: 1 } });
  const before = logitsOf(lazy);
  expect(logitsOf(lazy)).toEqual(before);
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  writeFileSync(join(folder, file), Buffer.concat([Buffer.alloc(16), readFileSync(join(folder, file))]));
  expect(() => logitsOf(lazy)).toThrow('model.safetensors: must not change while experts are read from it: open the model again'); // prettier-ignore
  lazy.dispose();
});

test('pruning by size reads what is lazy, and makes a new model in float32', async () => {
  const where = join(CHECKPOINTS, 'olmoe');
  const pruned = [await models.open(where), await models.open(where, { experts: 'lazy' })].map((model) => {
    const small = prune.structured(model, { ratio: 0.25, importance: prune.magnitude(), include: ['**.experts'] }).model; // prettier-ignore
    const values = [...small.parameters()].map(([path, each]) => [path, tf.tidy(() => each.read().dataSync().slice())]);
    [small, model].forEach((each) => each.dispose());
    return values;
  });
  expect(pruned[1]).toEqual(pruned[0]);
});

test.each([
  ['float32', { experts: 'lazy', dtype: 'float32' }, "models.open: experts that are read lazily are kept as they are stored: dtype must be 'as stored', got float32"],
  ['another way', { experts: 'some' }, 'models.open: experts must be one of all, lazy, got some'],
  ['a cache of what is read at once', { expertCache: { bytes: 1 } }, "models.open: expertCache is of experts that are read lazily: experts must be 'lazy', got all"],
  ['no memory', { experts: 'lazy', expertCache: { bytes: 0 } }, 'models.open: expertCache.bytes must be an integer of at least 1, got 0'],
  ['an unknown policy', { experts: 'lazy', expertCache: { policy: 'fifo' } }, 'models.open: policy must be one of lru, lfu, got fifo']
])('%s is refused', async (_name, options, message) => {
  await expect(models.open(join(CHECKPOINTS, 'olmoe'), options as models.OpenOptions)).rejects.toThrow(message);
}); // prettier-ignore

test('a model without experts is read whole', async () => {
  const lazy = await models.open(join(CHECKPOINTS, 'llama'), { experts: 'lazy' });
  expect(lazy.card.expertCache).toMatchObject({ of: 0, capacity: 0 });
  lazy.dispose();
});
