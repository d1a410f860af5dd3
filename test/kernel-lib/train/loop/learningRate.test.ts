import { train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const options: train.LearningRateOptions = {
  ...{ learningRate: 0.5, warmup: 4, steps: 12 },
  ...{ schedule: 'cosine', finalFraction: 0.1 }
};
const at = (step: number, changes: Partial<train.LearningRateOptions> = {}) =>
  train.learningRateAt(step, { ...options, ...changes });

test('the warm-up is a line that ends at the highest rate', () => {
  expect([1, 2, 3, 4].map((step) => at(step))).toEqual([0.125, 0.25, 0.375, 0.5]);
});

test('cosine is half way in the middle and at its floor at the last step', () => {
  expect(at(8)).toBeCloseTo((0.5 + 0.05) / 2, 12);
  expect(at(6)).toBeCloseTo(0.05 + 0.225 * (1 + Math.SQRT1_2), 12);
  expect(at(12)).toBeCloseTo(0.05, 12);
});

test('constant stays, and no warm-up starts at the highest rate', () => {
  expect([5, 12].map((step) => at(step, { schedule: 'constant' }))).toEqual([0.5, 0.5]);
  expect(at(1, { warmup: 0, schedule: 'constant' })).toBe(0.5);
});
