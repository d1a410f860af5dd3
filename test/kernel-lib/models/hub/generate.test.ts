import { join } from 'path';
import { core, models, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CHECKPOINTS = join(__dirname, '..', '..', '..', 'parity', 'fixtures', 'checkpoints');
const PROMPT = 'the router rests';
const rest = { maxNewTokens: 10, ignoreEnd: true };

let model: models.PretrainedTransformer;
beforeAll(async () => {
  model = await models.open(join(CHECKPOINTS, 'mixtral'));
});
afterAll(() => model.dispose());

const ids = async (options: models.GenerateOptions): Promise<number[]> =>
  (await model.generate(PROMPT, { ...rest, ...options })).ids;

/** How often each id comes first in 400 draws. */
async function firsts(options: models.GenerateOptions): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  const prompts = new Array<string>(400).fill(PROMPT);
  for (const { ids } of await model.generate(prompts, { ...options, maxNewTokens: 1, ignoreEnd: true })) {
    counts.set(ids[0], (counts.get(ids[0]) ?? 0) + 1);
  }
  return counts;
}

/** Probabilities of the first id, likeliest first. */
function probabilities(): { id: number; p: number }[] {
  const values = tf.tidy(() => {
    const logits = model.logits([model.tokenizer.encode(PROMPT)]);
    return tf.softmax(logits.slice([0, logits.shape[1] - 1, 0], [1, 1, -1]).flatten()).arraySync() as number[];
  });
  return values.map((p, id) => ({ id, p })).sort((a, b) => b.p - a.p);
}

describe('sampling', () => {
  test('temperature 0 is greedy, and so is a choice among one', async () => {
    const greedy = await ids({});
    expect(await ids({ temperature: 0, seed: 5 })).toEqual(greedy);
    expect(await ids({ temperature: 3, topK: 1 })).toEqual(greedy);
    expect(await ids({ temperature: 3, topP: 1e-9 })).toEqual(greedy);
    expect(await ids({ temperature: 3, minP: 1 })).toEqual(greedy);
  });

  test('a seed gives the same again, another seed something else', async () => {
    const first = await ids({ temperature: 1, seed: 1 });
    expect(await ids({ temperature: 1, seed: 1 })).toEqual(first);
    expect(await ids({ temperature: 1, seed: 2 })).not.toEqual(first);
  });

  test('ids come as often as their probabilities say', async () => {
    const counts = await firsts({ temperature: 1, seed: 3 });
    for (const { id, p } of probabilities().slice(0, 5)) {
      // Four standard deviations of a share in 400 draws.
      expect(Math.abs((counts.get(id) ?? 0) / 400 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 400));
    }
  });

  test('topK, topP and minP take only the likeliest', async () => {
    const sorted = probabilities();
    const idsOf = (choices: { id: number }[]): number[] => choices.map(({ id }) => id).sort((a, b) => a - b);
    const drawn = async (options: models.GenerateOptions): Promise<number[]> =>
      idsOf([...(await firsts({ temperature: 1, ...options })).keys()].map((id) => ({ id })));
    expect(await drawn({ topK: 3 })).toEqual(idsOf(sorted.slice(0, 3)));
    let before = 0;
    const nucleus = sorted.filter(({ p }) => (before += p) - p < 0.3);
    expect(await drawn({ topP: 0.3 })).toEqual(idsOf(nucleus));
    expect(await drawn({ minP: 0.5 })).toEqual(idsOf(sorted.filter(({ p }) => p >= 0.5 * sorted[0].p)));
  });

  test('a penalty for repetition makes the ids differ', async () => {
    expect(new Set(await ids({})).size).toBeLessThan(10);
    expect(new Set(await ids({ repetitionPenalty: 1e6 })).size).toBe(10);
  });
});

test('a text to stop at is cut off, and says so; each token is told as it comes', async () => {
  const { text } = await model.generate(PROMPT, rest);
  const stop = text.slice(3, 5);
  const told: string[] = [];
  const stopped = await model.generate(PROMPT, { ...rest, stop, onToken: (token) => told.push(token.text) });
  expect(stopped).toMatchObject({ text: text.slice(0, text.indexOf(stop)), ended: 'stop' });
  expect(told).toHaveLength(stopped.ids.length);
  expect(told.at(-1)).toBe(stopped.text);
});

test('texts of different length at once are each what they are alone, and nothing is left', async () => {
  const texts = [PROMPT, 'the', 'route a token to the other expert'];
  const before = tf.memory().numTensors;
  const together = await model.generate(texts, rest);
  for (const [i, text] of texts.entries()) {
    expect(together[i]).toEqual(await model.generate(text, rest));
  }
  expect(tf.memory().numTensors).toBe(before);
});

test('routing of each pass is observed: the prompt, then token by token', async () => {
  const records: core.RoutingRecord[] = [];
  const { promptIds } = await model.generate(PROMPT, {
    ...rest,
    maxNewTokens: 3,
    observers: [core.observer('routing', (record) => records.push(record))]
  });
  expect(records.map(({ path, numTokens }) => [path, numTokens])).toEqual(
    [promptIds.length, 1, 1].flatMap((tokens) => [
      ['layers.0.moe', tokens],
      ['layers.1.moe', tokens]
    ])
  );
});
