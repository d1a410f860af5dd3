import { data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const letters = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${from}${String(i).padStart(3, '0')} `.repeat(10));
const corpus = (options: data.CorpusOptions = {}) =>
  data.fromStrings({ lower: letters('a', 20), upper: letters('B', 10) }, options);
const sequences = ({ tokens, length }: { tokens: Int32Array; length: number }): string[] =>
  Array.from({ length: tokens.length / (length + 1) }, (_, b) =>
    Buffer.from(tokens.subarray(b * (length + 1), (b + 1) * (length + 1))).toString()
  );

describe('data.fromStrings', () => {
  test('whole texts are put aside for validation, about as many as asked for', () => {
    const { sizes } = corpus({ validation: 0.2 });
    expect(sizes.lower).toEqual({ trainFiles: 16, validationFiles: 4, trainTokens: 800, validationTokens: 200 });
    expect(sizes.upper).toEqual({ trainFiles: 8, validationFiles: 2, trainTokens: 400, validationTokens: 100 });
  });

  test('training and validation share no text', () => {
    const text = corpus();
    const shape = { batchSize: 16, length: 20 };
    const names = (found: string[]) => new Set(found.join('|').match(/[aB]\d{3}/g));
    const validation = names(text.validationBatches({ ...shape, count: 20 }).flatMap(sequences));
    const training = names(
      Array.from({ length: 40 }, (_, step) => text.trainBatch({ ...shape, seed: 0, step })).flatMap(sequences)
    );
    expect(validation.size).toBe(3);
    expect([...validation].filter((name) => training.has(name))).toEqual([]);
  });

  test('a batch is a function of seed and step', () => {
    const batch = (seed: number, step: number) => corpus().trainBatch({ seed, step, batchSize: 4, length: 12 });
    expect(batch(1, 5)).toEqual(batch(1, 5));
    expect(batch(1, 5).tokens).not.toEqual(batch(2, 5).tokens);
    expect(batch(1, 5).tokens).not.toEqual(batch(1, 6).tokens);
  });

  test('every sequence is of its domain, and domains have equal shares', () => {
    const text = corpus();
    const counts = [0, 0];
    for (let step = 0; step < 6; step++) {
      const batch = text.trainBatch({ seed: 3, step, batchSize: 5, length: 12 });
      sequences(batch).forEach((sequence, b) => {
        expect(sequence.includes('a') ? 'lower' : 'upper').toBe(text.domains[batch.domains[b]]);
        counts[batch.domains[b]]++;
      });
    }
    expect(counts).toEqual([15, 15]);
  });

  test('the split and the hash depend on the seed and the texts', () => {
    expect(corpus().hash).toBe(corpus().hash);
    expect(data.fromStrings({ lower: letters('a', 20), upper: letters('C', 10) }).hash).not.toBe(corpus().hash);
    const validation = (seed: number) => corpus({ seed }).validationBatches({ batchSize: 8, length: 12, count: 1 });
    expect(validation(0)).toEqual(validation(0));
    expect(validation(0)).not.toEqual(validation(1));
  });

  test('tokens are bytes, and are shown to people', () => {
    const text = data.fromStrings({ own: ['ä\nb', 'cd'] }, { validation: 0 });
    expect(text.vocabSize).toBe(256);
    expect(text.sizes.own.trainTokens).toBe(6);
    expect([0xc3, 10, 9, 98].map((token) => text.decode(token))).toEqual(['\\xc3', '↵', '⇥', 'b']);
  });

  test('another tokenizer is taken, and its ids are checked', () => {
    const words = (vocabSize: number): data.Tokenizer => ({
      vocabSize,
      encode: (text) => text.split(' ').map(Number),
      decode: String
    });
    const own = { own: ['1 2 3', '4 5 6'] };
    const text = data.fromStrings(own, { tokenizer: words(7), validation: 0 });
    expect(text.trainBatch({ seed: 0, step: 0, batchSize: 1, length: 5 }).tokens).toHaveLength(6);
    expect(() => data.fromStrings(own, { tokenizer: words(6) })).toThrow("the tokenizer's ids must be 0..5, got 6");
  });

  test.each([
    [
      () => data.fromStrings({ a: 'one text' as unknown as string[] }),
      'data.fromStrings: "a" must be a list of strings, got string'
    ],
    [() => data.fromStrings({}), 'data.fromStrings: domains must be at least one, each named once, got []'],
    [
      () => data.fromStrings({ a: ['one'] }),
      'data.fromStrings: "a" must have at least 2 texts that are not empty (one is put aside for validation, but with `validation: 0`), got 1'
    ],
    [
      () => data.fromStrings({ a: ['', ''] }, { validation: 0 }),
      'must have at least 1 texts that are not empty, got 0'
    ],
    [() => corpus({ validation: 1 }), 'data.fromStrings: validation must be a number 0..0.9, got 1'],
    [() => corpus({ seed: -1 }), 'seed must be an integer of at least 0, got -1']
  ])('refuses %s', (f, message) => {
    expect(f).toThrow(message);
  });

  test('a batch that is empty or longer than the text is refused', () => {
    const text = corpus();
    const batch = (batchSize: number, length: number) => text.trainBatch({ seed: 0, step: 0, batchSize, length });
    expect(() => batch(0, 4)).toThrow('data: batchSize must be an integer of at least 1, got 0');
    expect(() => batch(1, 0)).toThrow('data: length must be an integer of at least 1, got 0');
    expect(batch(2, 449).tokens).toHaveLength(900);
    expect(() => batch(2, 450)).toThrow(
      'data: the train text of "upper" must have more tokens than length (450), got 450'
    );
    expect(() => corpus({ validation: 0 }).validationBatches({ batchSize: 1, length: 4, count: 1 })).toThrow(
      'the validation text of "lower" must have more tokens than length (4), got 0'
    );
  });
});
