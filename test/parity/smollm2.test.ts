/** @file A real model, SmolLM2-135M-Instruct as GGUF: what transformers computes with the same dequantised weights. */
import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { join } from 'path';
import { data, models, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Case {
  text: string;
  ids: number[];
  losses: number[];
  continuation: number[];
}

/** Written by make_smollm2.py. */
const fixture = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'smollm2.json'), 'utf8')) as {
  cases: Case[];
  messages: models.ChatMessage[];
  chat: string;
};
const { cases } = fixture;
const ROOT = join(__dirname, '..', '..');

let model: models.PretrainedTransformer;

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'kernel-lib', 'bin', 'switchyard.js'), 'models', 'add', 'smollm2']);
  model = await models.open(join(ROOT, '.venv', 'share', 'switchyard', 'models', 'smollm2.gguf'));
}, 600_000);
afterAll(() => model.dispose());

test('ids are those of transformers: accents, emoji, code, spaces; and they are the text again', () => {
  for (const { text, ids } of cases) {
    expect(model.tokenizer.encode(text)).toEqual(ids);
    expect(model.tokenizer.decode(ids)).toBe(text);
  }
});

test('a token is shown as people read it: with its space, line feeds by a sign, parts of a character by their bytes', () => {
  const { tokenizer } = model;
  const shown = (text: string) => tokenizer.encode(text).map((id) => tokenizer.decode(id));
  expect(shown('The café 😀\n\tx')).toEqual(['The', ' café', ' \\xf0\\x9f\\x98', '\\x80', '↵', '⇥', 'x']);
  expect(shown('<|im_start|>user')).toEqual(['<|im_start|>', 'user']);
  expect(tokenizer.decode(999_999)).toBe('<999999>');
});

test('its tokenizer makes a corpus, whose batches are read as text', () => {
  const corpus = data.fromStrings(
    { prose: ['The river rises in the Andes.', 'It ends in the sea.'] },
    { tokenizer: model.tokenizer }
  );
  expect(corpus.vocabSize).toBe(49152);
  const { tokens } = corpus.trainBatch({ seed: 1, step: 1, batchSize: 1, length: 2 });
  expect('The river rises in the Andes. It ends in the sea.').toContain(
    Array.from(tokens, (id) => corpus.decode(id)).join('')
  );
});

test('the chat template gives the same text', () => {
  expect(model.tokenizer.chat(fixture.messages)).toBe(fixture.chat);
});

test('the negative log-likelihood of each token is that of transformers to 1e-3', () => {
  for (const { ids, losses } of cases) {
    const logits = model.logits([ids]);
    const found = tf.tidy(() => {
      const chosen = tf.logSoftmax(logits).squeeze<tf.Tensor2D>([0]).arraySync();
      return ids.slice(1).map((id, i) => -chosen[i][id]);
    });
    logits.dispose();
    found.forEach((loss, i) => expect(Math.abs(loss - losses[i])).toBeLessThan(1e-3));
  }
});

test('greedy continuations of 24 tokens are the same, five texts of different length at once', async () => {
  const before = tf.memory().numTensors;
  const options = { maxNewTokens: 24, ignoreEnd: true };
  const found = await model.generate(
    cases.map(({ text }) => text),
    options
  );
  expect(found.map(({ ids }) => ids)).toEqual(cases.map(({ continuation }) => continuation));
  expect(tf.memory().numTensors).toBe(before);
});
