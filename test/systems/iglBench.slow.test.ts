import { expect, test } from 'vitest';
import { imbalancedAccuracy } from '../support/imbalancedAccuracy';
import { overTenSeeds } from '../support/paired';

test('[igl-bench] balanced accuracy of convolutions: classes alike over those of ratio 5, these over those of ratio 30, and what weights by class give back there', async () => {
  const { first, second, weights } = await overTenSeeds('igl-bench', (seed) => {
    const [one, five, thirty] = [1, 5, 30].map((ratio) => imbalancedAccuracy(ratio, 'none', seed));
    return { first: one - five, second: five - thirty, weights: imbalancedAccuracy(30, 'balanced', seed) - thirty };
  });
  expect([first.verdict, second.verdict, weights.verdict]).toEqual(['above', 'above', 'above']);
});
