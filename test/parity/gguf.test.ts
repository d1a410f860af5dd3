/** @file GGUF files and blocks as the gguf package writes and reads them; made by make_gguf.py. */
import { readFileSync } from 'fs';
import { join } from 'path';
import { io, models } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';

const FIXTURES = join(__dirname, 'fixtures');
const expected = JSON.parse(readFileSync(join(FIXTURES, 'gguf', 'expected.json'), 'utf8')) as {
  blocks: { dtype: string; bytes: string; values: number[] }[];
  pieces: { text: string; ids: number[] }[];
};

test.each(expected.blocks)('$dtype blocks are the values that the gguf package reads', ({ dtype, bytes, values }) => {
  const found = io.decodeValues(dtype, dtype, Buffer.from(bytes, 'base64'), values.length);
  found.forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThanOrEqual(1e-6 * Math.abs(values[i])));
});

test('all the types of the issue are there', () => {
  const types = expected.blocks.map(({ dtype }) => dtype);
  expect(types).toEqual(['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q4_K', 'Q5_K', 'Q6_K']);
  expect(io.WEIGHT_DTYPES).toEqual(expect.arrayContaining(['F32', 'F16', 'BF16', ...types]));
});

test('tokens of SentencePiece are shown with their space, and bytes as bytes', () => {
  const tokenizer = models.openTokenizer(join(FIXTURES, 'gguf', 'pieces.gguf'));
  const shown = tokenizer.encode('The é\n').map((id) => tokenizer.decode(id));
  expect(shown).toEqual(['<s>', ' ', 'T', 'he', ' ', '\\xc3', '\\xa9', '↵']);
});

test('a SentencePiece tokenizer gives the ids of SentencePiece, and the text back', () => {
  const tokenizer = models.openTokenizer(join(FIXTURES, 'gguf', 'pieces.gguf'));
  for (const { text, ids } of expected.pieces) {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(text);
  }
});

// Half of the bits are gone in two of them.
const files = [
  { name: 'llama', tolerance: 0.05, dtype: 'BF16' },
  { name: 'qwen3', tolerance: 1e-4, dtype: 'F32' },
  { name: 'mixtral', tolerance: 0.01, dtype: 'F16' },
  { name: 'qwen2-moe', tolerance: 1e-4, dtype: 'F32' },
  { name: 'olmoe', tolerance: 1e-4, dtype: 'F32' },
  { name: 'qwen3-moe', tolerance: 1e-4, dtype: 'F32' }
];

describe.each(files)('$name in $dtype', ({ name, tolerance }) => {
  test('opens as the checkpoint that it was made from', async () => {
    const { ids, logits, prompt, promptIds } = JSON.parse(
      readFileSync(join(FIXTURES, 'checkpoints', name, 'expected.json'), 'utf8')
    ) as { ids: number[][]; logits: number[][][]; prompt: string; promptIds: number[] };
    const model = await models.open(join(FIXTURES, 'gguf', `${name}.gguf`));
    expect(model.tokenizer.encode(prompt)).toEqual(promptIds);
    const found = model.logits(ids);
    expectClose(found, logits.flat(2), tolerance);
    found.dispose();
    model.dispose();
  });
});
