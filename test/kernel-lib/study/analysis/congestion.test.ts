import { core, moe } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { analysis } = moe;

describe('equilibrium', () => {
  test('is the fixed point that it says, and solves the symmetric case', () => {
    const types = [
      { weight: 0.3, quality: [1, 0, -2, 0.5] },
      { weight: 0.7, quality: [-1, 2, 0, 0] }
    ];
    for (const gamma of [0, 1, 20, 500]) {
      const load = analysis.equilibrium(types, gamma);
      const wanted = new Array<number>(4).fill(0);
      types.forEach(({ weight, quality }) => {
        const exps = quality.map((q, e) => Math.exp(q - gamma * load[e]));
        const sum = exps.reduce((a, b) => a + b);
        exps.forEach((x, e) => (wanted[e] += (weight * x) / sum));
      });
      wanted.forEach((m, e) => expect(load[e]).toBeCloseTo(m, 10));
      expect(load.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
    }
    expect([...analysis.equilibrium([{ weight: 1, quality: [3, 3] }], 7)]).toEqual([0.5, 0.5]);
  });

  test('for two experts, the log-odds are the quality that the crowd leaves', () => {
    const [p, q] = analysis.equilibrium([{ weight: 1, quality: [2, 0] }], 3);
    expect(Math.log(p / q)).toBeCloseTo(2 - 3 * (p - q), 9);
  });

  test('crowds even out as gamma grows', () => {
    const most = [0, 1, 10, 100, 1000].map((gamma) =>
      Math.max(...analysis.equilibrium([{ weight: 1, quality: [1, 0, 0, -1] }], gamma))
    );
    expect(most).toEqual([...most].sort((a, b) => b - a));
    expect(most[4]).toBeCloseTo(0.25, 2);
  });

  test('refuses a negative gamma and weights that do not sum to 1', () => {
    expect(() => analysis.equilibrium([{ weight: 1, quality: [0, 1] }], -1)).toThrow('gamma');
    expect(() => analysis.equilibrium([{ weight: 0.5, quality: [0, 1] }], 1)).toThrow('must sum to 1, got 0.5');
  });
});

test('tokenTypes finds planted types', () => {
  const next = core.Random.fromSeed(1).generator();
  const centres = [
    [4, 0, 0],
    [0, 4, 0],
    [0, 0, 4]
  ];
  const logits = Array.from({ length: 300 }, (_, t) =>
    centres[t % 6 < 3 ? 0 : t % 6 < 5 ? 1 : 2].map((c) => c + next() - 0.5)
  );
  const types = analysis.tokenTypes(logits.flat(), { numExperts: 3, types: 3 });
  expect(types.map(({ weight }) => weight).sort()).toEqual([1 / 6, 2 / 6, 3 / 6]);
  const largest = types.reduce((a, b) => (b.weight > a.weight ? b : a));
  [4, 0, 0].forEach((c, e) => expect(Math.abs(largest.quality[e] - c)).toBeLessThan(0.1));
});

test('phases: by hand', () => {
  const at = (step: number, low: number, high: number) => ({ step, gammaEff: { value: (low + high) / 2, low, high } });
  const rise = [at(0, 1, 2), at(10, 3, 4), at(20, 5, 6), at(30, 5.5, 7)];
  expect(analysis.phases(rise)).toEqual({
    phases: [
      { kind: 'surge', from: 0, to: 20 },
      { kind: 'stabilisation', from: 20, to: 30 }
    ],
    nonMonotone: false
  });
  const full = analysis.phases([...rise, at(40, 2, 3)]);
  expect(full.phases[2]).toEqual({ kind: 'relaxation', from: 30, to: 40 });
  expect(full.nonMonotone).toBe(true);
  // A dip that the intervals allow is none.
  expect(analysis.phases([at(0, 1, 2), at(10, 3, 6), at(20, 2, 5)]).nonMonotone).toBe(false);
  expect(() => analysis.phases([at(5, 0, 1), at(5, 0, 1)])).toThrow('steps must rise (after 5), got 5');
});

test('the bootstrap interval of a mean is that of the normal distribution', () => {
  const next = core.Random.fromSeed(2).generator();
  const values = Array.from({ length: 400 }, () => next());
  const { value, low, high } = analysis.bootstrap(
    400,
    (units) => units.reduce((sum, u) => sum + values[u], 0) / units.length,
    { resamples: 1000 }
  );
  const mean = values.reduce((a, b) => a + b) / 400;
  const error = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 400 / 400);
  expect(value).toBeCloseTo(mean, 12);
  // The ends of 1000 resamples stand within 10 % of a half-width (the quantile's own error is 0.07 of a deviation).
  expect(Math.abs((high - mean) / error - 1.96)).toBeLessThan(0.25);
  expect(Math.abs((mean - low) / error - 1.96)).toBeLessThan(0.25);
});
