import { expect, test } from 'vitest';
import { searchedSpread } from '../support/influence';
import { overTenSeeds } from '../support/paired';

test('[deepim] on 200 nodes: nodes that eight seeds reach which a search finds, over those of the largest degree, and over 0.95 of those of greedy ones', async () => {
  const { overDegree, overGreedy, forecast } = await overTenSeeds('deepim', (seed) => {
    const { left, found, byDegree, greedy } = searchedSpread(seed);
    return {
      found,
      overDegree: found - byDegree,
      overGreedy: found - 0.95 * greedy,
      share: found / greedy,
      forecast: 1 - left
    };
  });
  expect([overDegree.verdict, forecast.verdict]).toEqual(['above', 'above']);
  expect(overGreedy.verdict).toBe('undecided');
});
