import { core, moe } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { analysis } = moe;

/** Of the size of the paper's for S-BASE, in natural logarithms. */
const PLANTED = { a: -0.082, b: -0.108, c: 0.0039, d: 2.54 };
const LAW = { ...PLANTED, saturation: null, standardErrors: PLANTED, rootMeanSquare: 0 };

describe('[routed-lm-scaling-laws]', () => {
  test('planted coefficients are recovered within 5 % from noisy losses', () => {
    for (let seed = 0; seed < 20; seed++) {
      const next = core.Random.fromSeed(seed).generator();
      const noisy = [1.5e7, 5.5e7, 1.3e8, 3.7e8, 1.3e9].flatMap((params) =>
        [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((experts) => {
          const loss = analysis.predictLoss(LAW, { params, experts });
          return { params, experts, loss: loss * Math.exp(1e-3 * (2 * next() - 1)) };
        })
      );
      const fitted = analysis.scalingLaw(noisy);
      for (const name of ['a', 'b', 'c', 'd'] as const) {
        // The 5 % are no accident of these seeds: they are at least three standard errors.
        expect(3 * fitted.standardErrors[name]).toBeLessThan(0.05 * Math.abs(PLANTED[name]));
        expect(Math.abs(fitted[name] / PLANTED[name] - 1)).toBeLessThan(0.05);
      }
    }
  });

  test('the effective parameter count is that of the one expert which loses as much', () => {
    const params = 1e8;
    for (const experts of [1, 8, 64]) {
      const effective = analysis.effectiveParams(LAW, { params, experts });
      expect(analysis.predictLoss(LAW, { params: effective, experts: 1 })).toBeCloseTo(
        analysis.predictLoss(LAW, { params, experts }),
        6
      );
      expect(effective / params).toBeGreaterThanOrEqual(experts === 1 ? 1 : 1.5);
    }
  });
});
