import { core, moe } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { analysis } = moe;
const SIZES = [1.5e7, 2.5e7, 5.5e7, 1.3e8, 3.7e8, 8.7e8, 1.3e9];
const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const planted = { a: -0.082, b: -0.108, c: 0.009 / Math.LN10, d: 1.104 * Math.LN10 };

/** Samples of the planted law, with normal noise of ln L (Box-Muller). */
function samples(saturation: moe.analysis.Saturation | null, noise: number, seed = 0): moe.analysis.ScalingSample[] {
  const next = core.Random.fromSeed(seed).generator();
  const law = { ...planted, saturation, standardErrors: { a: 0, b: 0, c: 0, d: 0 }, rootMeanSquare: 0 };
  return SIZES.flatMap((params) =>
    COUNTS.map((experts) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return { params, experts, loss: analysis.predictLoss(law, { params, experts }) * Math.exp(noise * normal) };
    })
  );
}

const NAMES = ['a', 'b', 'c', 'd'] as const;

describe('scalingLaw', () => {
  test('the law itself: hand-computed loss, with and without saturation', () => {
    const law = { a: -0.1, b: -0.2, c: 0.01, d: 2, standardErrors: { a: 0, b: 0, c: 0, d: 0 }, rootMeanSquare: 0 };
    const expected = Math.exp(-0.1 * Math.log(1e6) - 0.2 * Math.log(8) + 0.01 * Math.log(1e6) * Math.log(8) + 2);
    expect(analysis.predictLoss({ ...law, saturation: null }, { params: 1e6, experts: 8 })).toBeCloseTo(expected, 12);
    // One expert counts for `start`, very many for `max`.
    const at = (experts: number) =>
      analysis.predictLoss(
        { ...law, c: 0, d: 0, a: 0, b: 1, saturation: { start: 2, max: 50 } },
        { params: 1, experts }
      );
    expect(at(1)).toBeCloseTo(2, 12);
    expect(at(1e12)).toBeCloseTo(50, 6);
  });

  test('recovers planted coefficients to 2 %, and says its errors truly', () => {
    const meanSquare = { a: 0, b: 0, c: 0, d: 0 };
    for (let seed = 0; seed < 200; seed++) {
      const law = analysis.scalingLaw(samples(null, 2e-4, seed));
      for (const name of NAMES) {
        expect(Math.abs(law[name] / planted[name] - 1)).toBeLessThan(0.02);
        meanSquare[name] += ((law[name] - planted[name]) / law.standardErrors[name]) ** 2 / 200;
      }
    }
    // Student's t of 66 degrees of freedom has variance 66 / 64; the mean of 200 squares is within 3 sqrt(2 / 200) of it.
    Object.values(meanSquare).forEach((value) =>
      expect(Math.abs(value - 66 / 64)).toBeLessThan(3 * Math.sqrt(2 / 200))
    );
  });

  test('recovers a planted saturation', () => {
    const saturation = { start: 1.85, max: 314 };
    const exact = analysis.scalingLaw(samples(saturation, 0), { saturate: true });
    NAMES.forEach((name) => expect(Math.abs(exact[name] / planted[name] - 1)).toBeLessThan(0.02));
    expect(Math.abs((exact.saturation?.start ?? NaN) / 1.85 - 1)).toBeLessThan(0.02);
    expect(Math.abs((exact.saturation?.max ?? NaN) / 314 - 1)).toBeLessThan(0.02);
    // Without it the law cannot be fitted as well.
    expect(analysis.scalingLaw(samples(saturation, 0)).rootMeanSquare).toBeGreaterThan(10 * exact.rootMeanSquare);
  });

  test('a separable law has no interaction', () => {
    const separable = analysis.scalingLaw(samples(null, 1e-4), { fit: 'separable' });
    expect(separable.c).toBe(0);
    expect(separable.rootMeanSquare).toBeGreaterThan(analysis.scalingLaw(samples(null, 1e-4)).rootMeanSquare);
  });

  test('refuses too few samples, ones that are all alike, and losses of 0', () => {
    expect(() => analysis.scalingLaw(samples(null, 0).slice(0, 3))).toThrow('needs at least 4 samples, got 3');
    expect(() => analysis.scalingLaw(samples(null, 0).slice(0, 8))).toThrow('columns must be independent');
    expect(() => analysis.scalingLaw([...samples(null, 0), { params: 1, experts: 1, loss: 0 }])).toThrow('loss > 0');
  });
});

describe('effectiveParams', () => {
  test.each([null, { start: 1.85, max: 314 }])('is the dense model of the same loss, saturation %o', (saturation) => {
    const law = { ...planted, saturation, standardErrors: { a: 0, b: 0, c: 0, d: 0 }, rootMeanSquare: 0 };
    for (const params of SIZES) {
      expect(analysis.effectiveParams(law, { params, experts: 1 }) / params).toBeCloseTo(1, 10);
      for (const experts of COUNTS.slice(1)) {
        const dense = analysis.effectiveParams(law, { params, experts });
        const loss = analysis.predictLoss(law, { params, experts });
        expect(analysis.predictLoss(law, { params: dense, experts: 1 })).toBeCloseTo(loss, 10);
        expect(dense).toBeGreaterThan(params);
      }
    }
  });
});
