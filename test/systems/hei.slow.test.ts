import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { homophilyGaps } from '../support/shiftedNodes';

test('[hei] trained on nodes of which most are heterophilic: what homophilic ones lose with environments, less what they lose without, and less what they lose with environments by chance', async () => {
  const { overPlain, overChance } = await overTenSeeds('hei', (seed) => {
    const { plain, invariant, shuffled } = homophilyGaps(seed);
    return { plain, invariant, overPlain: invariant - plain, overChance: invariant - shuffled };
  });
  expect([overPlain.verdict, overChance.verdict]).toEqual(['below', 'below']);
});
