/** @file Checkpoints whose matrices stay as they are stored, or in 16 bits. */
import { mkdtempSync, readdirSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { core, data, io, models, moe, peft, prune, routers, tf, train } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { logitsOf } from '../../../support/opened';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const FIXTURES = join(__dirname, '..', '..', '..', 'parity', 'fixtures');
const CHECKPOINTS = join(FIXTURES, 'checkpoints');
const scratch = mkdtempSync(join(tmpdir(), 'switchyard-dtype-'));
const IDS = [[5, 9, 33, 12, 7, 40]];

afterAll(() => rmSync(scratch, { recursive: true }));
afterEach(() => useCustomOps(true));

const open =
  (...parts: string[]) =>
  (options?: models.OpenOptions) =>
    models.open<models.PretrainedModel>(join(FIXTURES, ...parts), options);

describe.each(['llama', 'mixtral'])('a GGUF of %s in 16 bits, as stored', (name) => {
  const openIt = open('gguf', `${name}.gguf`);

  test('computes what it does as float32, with the custom ops and without, in half the memory', async () => {
    const [stored, plain] = [await openIt({ dtype: 'as stored' }), await openIt()];
    expectClose(logitsOf(stored), logitsOf(plain), 1e-5);
    useCustomOps(false);
    expectClose(logitsOf(stored), logitsOf(plain), 1e-5);
    expect(stored.card.memoryBytes).toBeLessThan(0.6 * plain.card.memoryBytes);
    expect(stored.countParameters()).toBe(plain.countParameters());
    stored.dispose();
    plain.dispose();
  });
});

describe.each(readdirSync(CHECKPOINTS))('%s', (name) => {
  const openIt = open('checkpoints', name);

  test('in bfloat16 it computes what its values rounded to that do, forth and on', async () => {
    const [packed, plain] = [await openIt({ dtype: 'bfloat16' }), await openIt()];
    const folder = join(scratch, name);
    plain.export(folder, { dtype: 'bfloat16' });
    const rounded = await models.open<models.PretrainedModel>(folder);
    packed.stored().forEach(({ shape, format }, path) => expect([path, format]).toEqual([path, shape.length > 1 ? 'BF16' : 'float32'])); // prettier-ignore
    // Of the rounded checkpoint what has one dimension is rounded as well.
    rounded.stored().forEach((each, path) => each.shape.length === 1 && tf.tidy(() => each.assign(plain.stored().get(path)!.read()))); // prettier-ignore
    expectClose(logitsOf(packed), logitsOf(rounded), 1e-4);
    const options = { maxNewTokens: 5, ignoreEnd: true };
    expect((await packed.generate('the router', options)).ids).toEqual((await rounded.generate('the router', options)).ids); // prettier-ignore
    [packed, plain, rounded].forEach((model) => model.dispose());
  });
});

test('what is kept in 16 bits is written as it is, and opens again as it was', async () => {
  const first = await open('checkpoints', 'llama')({ dtype: 'float16' });
  const folder = join(scratch, 'float16');
  first.export(folder, { dtype: 'float16' });
  const again = await models.open(folder, { dtype: 'as stored' });
  expect(again.card.dtypes).toEqual(['F16']);
  again.stored().forEach((each, path) => {
    const [a, b] = [each, first.stored().get(path)!].map((of) => tf.tidy(() => of.read().dataSync().slice()));
    expectClose(a, b, each.shape.length > 1 ? 0 : 1e-3);
  });
  first.dispose();
  again.dispose();
});

const upcycled = { experts: 2, router: routers.topK({ k: 2 }), random: core.Random.fromSeed(1) };

describe('a model that is read only', () => {
  const rule =
    /must be float32: open the model with \{ dtype: 'float32' \}, or call models\.unpack\(model\) first, got a value kept as BF16/;
  const batch = ({ tokenizer }: models.PretrainedTransformer) =>
    data.fromStrings(
      { text: ['the router routes an expert. '.repeat(20), 'an expert rests. '.repeat(4)] },
      { tokenizer }
    );

  test('is not trained or saved, and says what to do; made float32 it is', async () => {
    const model = (await open('checkpoints', 'llama')({ dtype: 'bfloat16' })) as models.PretrainedTransformer;
    const steps = { steps: 2, batchSize: 2, length: 8, progress: false, evaluateEvery: 0 } as const;
    await expect(train.fit(model, batch(model), steps)).rejects.toThrow(rule);
    expect(() => io.saveModel(model, join(scratch, 'no.safetensors'))).toThrow(rule);
    const before = logitsOf(model);
    models.unpack(model);
    expectClose(logitsOf(model), before, 1e-5);
    await train.fit(model, batch(model), steps);
    expect(Array.from(logitsOf(model))).not.toEqual(Array.from(before));
    io.saveModel(model, join(scratch, 'yes.safetensors'));
    model.dispose();
  });

  test('has adapters that are trained, to what they are on float32', async () => {
    const losses = await Promise.all(
      [{ dtype: 'bfloat16' as const }, {}].map(async (options) => {
        const model = (await open('gguf', 'llama.gguf')({ dtype: 'as stored', ...options })) as models.PretrainedTransformer; // prettier-ignore
        if (options.dtype === undefined) {
          models.unpack(model);
        }
        const before = Array.from(logitsOf(model));
        const adapters = peft.lora(model, {
          targets: ['layers.*.attention.query', 'layers.*.feedForward.w1'],
          rank: 2
        });
        const run = await train.fit(adapters, batch(model), { steps: 6, batchSize: 2, length: 8, learningRate: 0.05, progress: false, evaluateEvery: 0 }); // prettier-ignore
        expect(Array.from(logitsOf(model))).not.toEqual(before);
        adapters.detach();
        expect(Array.from(logitsOf(model))).toEqual(before);
        adapters.remove();
        model.dispose();
        return [...run.losses];
      })
    );
    expect(losses[0].length).toBe(6);
    losses[0].forEach((loss, i) => expect(loss).toBeCloseTo(losses[1][i], 4));
  });

  test('becomes float32 in transformations, which make a new one', async () => {
    const model = (await open('checkpoints', 'llama')({ dtype: 'bfloat16' })) as models.PretrainedTransformer;
    const copy = models.mapFeedForwards(model, (network) => moe.upcycle(network as moe.DenseNetwork, upcycled).layer);

    expect([...copy.stored().values()].every(({ format }) => format === 'float32')).toBe(true);
    expectClose(logitsOf(copy), logitsOf(model), 1e-5);
    copy.dispose();
    const pruned = prune.unstructured(model, { sparsity: 0.5 }).model;
    expect(pruned.parameters().get('layers.0.feedForward.w1.weight')!.format).toBe('float32');
    pruned.dispose();
    model.dispose();
  });
});

test.each(['float32', 'as stored', 'bfloat16'] as const)(
  'opening in %s holds at most the model and one tensor at a time',
  async (dtype) => {
    const state = tf.engine().state as { numBytes: number };
    const before = state.numBytes;
    let [now, peak] = [before, before];
    Object.defineProperty(state, 'numBytes', {
      configurable: true,
      get: () => now,
      set: (bytes: number) => {
        now = bytes;
        peak = Math.max(peak, bytes);
      }
    });
    try {
      const model = await open('gguf', 'llama.gguf')({ dtype });
      const largest = Math.max(...[...model.stored().values()].map(({ bytes, size }) => (dtype === 'float32' ? 4 * size : bytes))); // prettier-ignore
      expect(peak - before).toBeGreaterThanOrEqual(model.card.memoryBytes);
      expect(peak - before).toBeLessThanOrEqual(model.card.memoryBytes + largest);
      model.dispose();
    } finally {
      Object.defineProperty(state, 'numBytes', { configurable: true, writable: true, enumerable: true, value: now });
    }
  }
);

test('what is not a dtype is refused; one that fails leaves nothing behind', async () => {
  await expect(models.open(join(CHECKPOINTS, 'llama'), { dtype: 'int8' as 'float32' })).rejects.toThrow(
    'models.open: dtype must be one of float32, bfloat16, float16, as stored, got int8'
  );
  const model = await models.open(join(CHECKPOINTS, 'llama'), { dtype: 'bfloat16' });
  expectNoLeak(() => model.logits(IDS).dispose());
  model.dispose();
});
