import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { trained } from '../support/randomNodeFeatures';

test('[rni] 200 steps with three quarters of the features random: right answers over a half, and those of sixteen draws over those of one', async () => {
  const { learnt, byMean } = await overTenSeeds('rni', (seed) => {
    const { single, mean } = trained(0.75, 200, seed);
    return { learnt: mean - 0.5, byMean: mean - single };
  });
  expect([learnt.verdict, byMean.verdict]).toEqual(['above', 'above']);
});
