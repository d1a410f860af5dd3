import { core, telemetry } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { recordOf } from '../../../support/routingRecords';

describe('coActivation', () => {
  test('counts all pairs, whatever their rank', () => {
    // Three tokens of three choices: {0, 1, 2}, {0, 1, 3}, {2, 0, unused}.
    const matrix = telemetry.coActivation(Int32Array.of(0, 1, 2, 3, 1, 0, 2, 0, -1), { numExperts: 5, k: 3 });
    const third = 1 / 3;
    expect(matrix).toEqual([
      [1, 2 * third, 2 * third, third, 0],
      [1, 1, 0.5, 0.5, 0],
      [1, 0.5, 1, 0, 0],
      [1, 1, 0, 1, 0],
      [NaN, NaN, NaN, NaN, NaN]
    ]);
  });
});

describe('saturation', () => {
  const final = recordOf([0, 1, 2, 3, 1, 2]);

  test('by hand: both, one and none of two', () => {
    expect(telemetry.saturation(recordOf([1, 0, 2, 0, 3, 0]), final)).toBeCloseTo((1 + 0.5 + 0) / 3, 12);
    expect(telemetry.saturation(final, final)).toBe(1);
  });

  test('unused choices of the later router do not count', () => {
    expect(telemetry.saturation(recordOf([0, 1]), recordOf([0, -1]))).toBe(1);
  });

  test('refuses other tokens or experts', () => {
    expect(() => telemetry.saturation(recordOf([0, 1]), final)).toThrow(
      'saturation: both records must have the same tokens (3), got 1'
    );
    expect(() => telemetry.saturation(recordOf([0, 1, 2, 3, 1, 2], { numExperts: 5 }), final)).toThrow(
      'same experts (4), got 5'
    );
  });
});

describe('vocabularySpecialisation', () => {
  test('by hand: one word with its expert, one spread over two, one too rare', () => {
    const counts = [10, 0, 6, 6, 1, 0];
    const options = { numExperts: 2 };
    expect(telemetry.vocabularySpecialisation(counts, [10, 12, 1], options)).toBe((1 + 0.5) / 2);
    expect(telemetry.vocabularySpecialisation(counts, [10, 12, 1], { ...options, minOccurrences: 1 })).toBeCloseTo(
      2.5 / 3,
      12
    );
    expect(telemetry.vocabularySpecialisation([1, 0], [1], options)).toBeNaN();
    expect(() => telemetry.vocabularySpecialisation([1], [1], options)).toThrow(
      'counts must have V * E (2) entries, got 1'
    );
  });
});

describe('specialisation', () => {
  const labels = Array.from({ length: 60 }, (_, u) => u % 3);

  test('experts that know the domain score 1, far above shuffled labels', () => {
    const counts = labels.flatMap((label) => [0, 1, 2].map((e) => (e === label ? 10 : 0)));
    const result = telemetry.specialisation(counts, labels, { numExperts: 3, permutations: 99 });
    expect(result.score).toBeCloseTo(1, 12);
    expect(result.shuffled).toBeLessThan(0.1);
    expect(result.pValue).toBe(0.01);
  });

  test('by hand: two domains, half of the first at the second expert', () => {
    // p(0,0) = p(0,1) = 1/4, p(1,1) = 1/2: I = 1/4 ln 2 + 1/4 ln(2/3) + 1/2 ln(4/3), H(domain) = ln 2.
    const { score } = telemetry.specialisation([5, 5, 0, 10], [0, 1], { numExperts: 2, permutations: 1 });
    expect(score).toBeCloseTo((0.25 * Math.log(2) + 0.25 * Math.log(2 / 3) + 0.5 * Math.log(4 / 3)) / Math.log(2), 12);
  });

  test('experts chosen by chance are not called special', () => {
    const next = core.Random.fromSeed(5).generator();
    const counts = labels.flatMap(() => Array.from({ length: 4 }, () => Math.floor(next() * 20)));
    const { pValue, score, shuffled, deviation } = telemetry.specialisation(counts, labels, { numExperts: 4 });
    expect(pValue).toBeGreaterThan(0.05);
    expect(Math.abs(score - shuffled)).toBeLessThan(3 * deviation);
  });

  test('is seeded, leaves out units without a domain, and checks lengths', () => {
    const counts = labels.flatMap((label, u) => [label === 0 ? 3 : 1, u % 2]);
    const run = (seed: number) => telemetry.specialisation(counts, labels, { numExperts: 2, seed });
    expect(run(1)).toEqual(run(1));
    expect(run(1).shuffled).not.toBe(run(2).shuffled);
    const more = telemetry.specialisation([...counts, 99, 0], [...labels, -1], { numExperts: 2, seed: 1 });
    expect(more).toEqual(run(1));
    expect(() => telemetry.specialisation([1], [0], { numExperts: 2 })).toThrow(
      'counts must have U * E (2) entries, got 1'
    );
  });

  test('one domain has no score', () => {
    expect(telemetry.specialisation([1, 2], [0], { numExperts: 2 }).score).toBeNaN();
  });
});
