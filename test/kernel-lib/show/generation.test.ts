import { join } from 'path';
import { core, models, protocol, show, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CHECKPOINTS = join(__dirname, '..', '..', 'parity', 'fixtures', 'checkpoints');
const open = (family: string) => models.open(join(CHECKPOINTS, family)) as Promise<models.PretrainedTransformer>;
const rest = { maxNewTokens: 8, ignoreEnd: true };

/** The choices of each layer in one pass over these ids; [L][T][K]. */
function choicesOf(model: models.PretrainedTransformer, ids: number[]): number[][][] {
  const records: core.RoutingRecord[] = [];
  const ctx = core.Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  tf.tidy(() => void model.apply(tf.tensor2d([ids], undefined, 'int32'), ctx));
  ctx.dispose();
  return records.map(({ indices, k }) => ids.map((_, t) => Array.from(indices.subarray(t * k, (t + 1) * k))));
}

describe('a mixture that writes', () => {
  let model: models.PretrainedTransformer;
  beforeAll(async () => void (model = await open('mixtral')));
  afterAll(() => model.dispose());

  test.each([
    ['alone', ['the router rests']],
    ['beside a longer one, padded', ['the', 'route a token to the other expert']]
  ])('each token of prompt and answer is shown with what it was given, %s', async (_, prompts) => {
    const watch = show.generation({ title: 'mixture' });
    const [{ ids, promptIds }] = await model.generate(prompts, { ...rest, watch });
    const { data, source, kind } = watch.latest()!;
    // The last id is written, and read by nobody.
    const read = [...promptIds, ...ids.slice(0, -1)];
    expect(data.tokens).toMatchObject({
      text: read.map((id) => model.tokenizer.decode(id)),
      domain: read.map((_, t) => (t < promptIds.length ? 0 : 1)),
      experts: choicesOf(model, read)
    });
    expect(data.domains).toEqual(['prompt', 'answer']);
    expect({ kind, source }).toMatchObject({
      kind: 'routing',
      source: { title: 'mixture, top-k 2 of 4', step: 8, totalSteps: 8, status: 'finished', final: true }
    });
    expect(protocol.parsePayload(watch.latest()).kind).toBe('routing');
  });

  test('loads are of all that was read, of the prompt and of the answer', async () => {
    const watch = show.generation();
    const [{ ids, promptIds }] = await model.generate(['the router rests'], { ...rest, watch });
    const read = [...promptIds, ...ids.slice(0, -1)];
    choicesOf(model, read).forEach((layer, l) => {
      const counts = [0, 1, 2, 3].map((e) => layer.flat().filter((each) => each === e).length);
      const total = counts.reduce((a, b) => a + b);
      watch.latest()!.data.layers[l].load.forEach((share, e) => expect(share).toBeCloseTo(counts[e] / total, 3));
    });
  });

  test('it watches one text at a time, and the next after it; a text that cannot be begun leaves it free', async () => {
    const watch = show.generation();
    const first = model.generate('the', { ...rest, watch });
    await expect(model.generate('the', { ...rest, watch })).rejects.toThrow(
      'show.generation: a watcher follows one text at a time'
    );
    await first;
    await expect(model.generate('the', { maxNewTokens: 10_000, watch })).rejects.toThrow('must fit the context');
    await model.generate('router', { ...rest, watch });
    expect(watch.latest()!.source.status).toBe('finished');
  });

  test('an interrupt ends it with what is written', async () => {
    const watch = show.generation();
    let written = 0;
    const interrupted = await model.generate('the', {
      ...rest,
      watch,
      onToken: () => {
        written++;
        if (written === 3) {
          process.emit('SIGINT', 'SIGINT');
        }
      }
    });
    expect(interrupted).toMatchObject({ ended: 'interrupt', text: expect.any(String) as string });
    expect(interrupted.ids).toHaveLength(3);
    expect(watch.latest()!.source.status).toBe('stopped');
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  test('an error in a pass is that of the text, and said of it', async () => {
    const watch = show.generation();
    const fails = core.observer('routing', () => {
      throw new Error('no more');
    });
    await expect(model.generate('the', { ...rest, watch, observers: [fails] })).rejects.toThrow('no more');
    expect(watch.latest()).toBeNull();
    expect((await model.generate('the', { ...rest, watch })).ids).toHaveLength(8);
  });
});

test('a model without routers has no routing to show, and writes the same', async () => {
  const model = await open('llama');
  const watch = show.generation();
  const watched = await model.generate('the router', { ...rest, watch });
  expect(watched).toEqual(await model.generate('the router', rest));
  expect(watch.latest()).toBeNull();
  model.dispose();
});

test('a model that reads one sequence and writes another is watched where it writes', async () => {
  const model = await open('switch');
  const watch = show.generation();
  const watched = await model.generate('the router', { ...rest, watch });
  expect(watched).toEqual(await model.generate('the router', rest));
  expect(watch.latest()!.data.layers.length).toBeGreaterThan(0);
  model.dispose();
});
