import { readFileSync } from 'fs';
import { join } from 'path';
import { models, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';

const FOLDER = join(__dirname, 'fixtures', 'checkpoints');

/** What transformers computes with a checkpoint; written by make_checkpoints.py. */
interface Expected {
  ids: number[][];
  labels?: number[][];
  logits: number[][][];
  prompt: string;
  promptIds: number[];
  continuation: number[];
}

const NAMES = [
  ...['llama', 'llama-3', 'mistral', 'qwen2', 'qwen3', 'gpt2', 'gpt-neox', 'gemma'],
  ...['mixtral', 'olmoe', 'qwen2-moe', 'qwen3-moe', 'granite-moe', 'deepseek-v2', 'deepseek-v3']
];

describe.each(NAMES)('%s', async (name) => {
  const folder = join(FOLDER, name);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
  const model = await models.open(folder);
  afterAll(() => model.dispose());

  test('logits are those of transformers to 1e-4', () => {
    const logits = model.logits(expected.ids);
    expect(logits.shape).toEqual([2, 7, 64]);
    expectClose(logits, expected.logits.flat(2), 1e-4);
    logits.dispose();
  });

  test('the tokenizer gives the same ids, and the greedy continuation is the same', async () => {
    expect(model.tokenizer.encode(expected.prompt)).toEqual(expected.promptIds);
    expect(model.tokenizer.decode(expected.promptIds)).toBe(expected.prompt);
    const before = tf.memory().numTensors;
    const { ids, text } = await model.generate(expected.prompt, { maxNewTokens: 8, ignoreEnd: true });
    expect(ids).toEqual(expected.continuation);
    expect(text).toBe(model.tokenizer.decode(expected.continuation));
    expect(tf.memory().numTensors).toBe(before);
  });
});
