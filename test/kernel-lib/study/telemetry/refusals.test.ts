import { telemetry } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const record = { indices: Int32Array.of(0), k: 1, numTokens: 1, numExperts: 2 };

// prettier-ignore
test.each<[string, () => unknown, string]>([
  ['no permutation', () => telemetry.specialisation([1, 0], [0], { numExperts: 2, permutations: 0 }), 'telemetry.specialisation: permutations must be an integer of at least 1, got 0'],
  ['too few counts of units', () => telemetry.specialisation([1], [0], { numExperts: 2 }), 'telemetry.specialisation: counts must have U * E (2) entries, got 1'],
  ['no occurrence', () => telemetry.vocabularySpecialisation([1, 0], [1], { numExperts: 2, minOccurrences: 0 }), 'telemetry.vocabularySpecialisation: minOccurrences must be an integer of at least 1, got 0'],
  ['too few counts of words', () => telemetry.vocabularySpecialisation([1], [1], { numExperts: 2 }), 'telemetry.vocabularySpecialisation: counts must have V * E (2) entries, got 1'],
  ['no choice', () => telemetry.coActivation(new Int32Array(), { numExperts: 2, k: 0 }), 'telemetry.coActivation: k must be an integer 1..2, got 0'],
  ['more choices than experts', () => telemetry.coActivation(new Int32Array(), { numExperts: 2, k: 3 }), 'telemetry.coActivation: k must be an integer 1..2, got 3'],
  ['other tokens', () => telemetry.saturation(record, { ...record, numTokens: 2 }), 'telemetry.saturation: both records must have the same tokens (2), got 1'],
  ['other experts', () => telemetry.saturation(record, { ...record, numExperts: 3 }), 'telemetry.saturation: both records must have the same experts (3), got 2'],
  ['tokens below none', () => telemetry.depthRecorder({ tokenSample: -1 }), 'telemetry.depthRecorder: tokenSample must be an integer 0..512, got -1'],
  ['too many tokens', () => telemetry.depthRecorder({ tokenSample: 513 }), 'telemetry.depthRecorder: tokenSample must be an integer 0..512, got 513'],
  ['no window', () => telemetry.depthRecorder({ window: 0 }), 'telemetry.depthRecorder: window must be an integer of at least 1, got 0'],
  ['no sequences', () => telemetry.recorder({ sequences: 0 }), 'telemetry.recorder: sequences must be an integer of at least 1, got 0'],
  ['a vocabulary below none', () => telemetry.recorder({ vocabSize: -1 }), 'telemetry.recorder: vocabSize must be an integer of at least 0, got -1']
])('%s is refused', (_name, run, message) => {
  expect(run).toThrow(expect.objectContaining({ name: 'SwitchyardError', message }) as Error);
});

test('what is at the border is taken', () => {
  expect(telemetry.depthRecorder({ tokenSample: 512 }).data()).toEqual({
    ...{ layers: [], modules: ['none'], usage: [], flops: [], cost: null, budget: null, tokens: null, domains: [] }
  });
  expect(telemetry.saturation({ ...record, indices: Int32Array.of(-1) }, record)).toBe(0);
  expect(telemetry.saturation(record, { ...record, indices: Int32Array.of(-1) })).toBeNaN();
});

test('specialisation by hand: two sequences, each of a domain with an expert of its own', () => {
  const run = (counts: number[], labels: number[]) =>
    telemetry.specialisation(counts, labels, { numExperts: 2, permutations: 50 });
  const apart = run([4, 0, 0, 4], [0, 1]);
  // Both labellings of two units score 1.
  expect(apart).toEqual({ score: 1, shuffled: 1, deviation: 0, pValue: 1 });
  // Unit 2 has no domain. H(domain) = ln 2; the table is [[3, 1], [1, 3]].
  const mixed = run([3, 1, 1, 3, 50, 0], [0, 1, -1]);
  expect(mixed.score).toBeCloseTo((2 * (3 / 8) * Math.log(1.5) + 2 * (1 / 8) * Math.log(0.5)) / Math.LN2, 12);
  expect(run([1, 2], [0]).score).toBeNaN();
  // Four units: of the three ways to pair them one is as good; a shuffled one scores 1 or 0.
  const four = run([2, 0, 2, 0, 0, 2, 0, 2], [0, 0, 1, 1]);
  expect(four.score).toBeCloseTo(1, 12);
  expect(four.deviation).toBeCloseTo(Math.sqrt(four.shuffled * (1 - four.shuffled)), 9);
  expect(four.pValue).toBeCloseTo((1 + 50 * four.shuffled) / 51, 9);
  expect(four.shuffled).toBeGreaterThan(0.15);
  expect(four.shuffled).toBeLessThan(0.5);
});
