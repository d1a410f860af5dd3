import { data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const corpus = () =>
  data.fromStrings(
    { a: ['aaaa'.repeat(50), 'aaa'], b: ['bbbb'.repeat(50), 'bbb'], c: ['cccc'.repeat(50), 'ccc'] },
    { validation: 0 }
  );
const shape = { batchSize: 8, length: 4 };
const counts = (text: data.TextData, steps: number, seed = 0) => {
  const sums = [0, 0, 0];
  for (let step = 1; step <= steps; step++) {
    text.trainBatch({ ...shape, seed, step }).domains.forEach((domain) => sums[domain]++);
  }
  return sums;
};

describe('corpus.mixed', () => {
  test('each batch has the share of each domain, rounded to whole sequences, with sequences of that domain', () => {
    const text = corpus().mixed({ a: 2, b: 1, c: 1 });
    expect(counts(text, 10)).toEqual([40, 20, 20]);
    const { tokens, domains } = text.trainBatch({ ...shape, seed: 3, step: 1 });
    domains.forEach((domain, i) => expect(tokens[i * 5]).toBe('abc'.charCodeAt(domain)));
  });

  test('shares that are no whole sequences hold in the mean; a weight of 0 is never drawn, in whatever place', () => {
    const [a, b, c] = counts(corpus().mixed({ a: 0.1, b: 0.5, c: 0.4 }), 500).map((count) => count / 4000);
    expect(a).toBeCloseTo(0.1, 1.7);
    expect(b).toBeCloseTo(0.5, 1.7);
    expect(c).toBeCloseTo(0.4, 1.7);
    expect(counts(corpus().mixed({ a: 0, b: 3, c: 0 }), 20)).toEqual([0, 160, 0]);
    expect(counts(corpus().mixed({ a: 0.1, b: 0.2, c: 0 }), 200)[2]).toBe(0);
  });

  test('is the same for the same seed and step; is another text to a run that resumes; validation stays', () => {
    const [one, two] = [0, 1].map(() => corpus().mixed({ a: 1, b: 2, c: 3 }));
    expect(one.trainBatch({ ...shape, seed: 1, step: 7 })).toEqual(two.trainBatch({ ...shape, seed: 1, step: 7 }));
    expect(one.hash).toBe(two.hash);
    expect(one.hash).not.toBe(corpus().hash);
    expect(one.hash).not.toBe(corpus().mixed({ a: 1, b: 1, c: 1 }).hash);
    const split = data.fromStrings({ a: ['a'.repeat(99), 'A'.repeat(99)], b: ['b'.repeat(99), 'B'.repeat(99)] });
    const fixed = { ...shape, count: 2 };
    expect(split.mixed({ a: 1, b: 9 }).validationBatches(fixed)).toEqual(split.validationBatches(fixed));
  });

  test.each([
    [{ a: 1, b: 1 }, 'data.mixed: weight of "c" must be a number of at least 0'],
    [{ a: 1, b: 1, c: -1 }, 'data.mixed: weight of "c" must be a number of at least 0, got -1'],
    [{ a: 0, b: 0, c: 0 }, 'data.mixed: a weight must be more than 0, got 0'],
    [{ a: 1, b: 1, c: 1, d: 1 }, 'data.mixed: weights must be of the domains (a, b, c), got d']
  ])('refuses %o', (weights, message) => {
    expect(() => corpus().mixed(weights as never)).toThrow(message);
  });
});
