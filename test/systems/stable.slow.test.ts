import { expect, test } from 'vitest';
import { refinedAccuracy } from '../support/attackedBlocks';
import { overTenSeeds } from '../support/paired';

test('[stable] blocks with edges of an attacker across: share of the attack in what is dropped, accuracy of the refined graph over that of the attacked one, and of a clean graph refined over it as it was', async () => {
  const { gain, dropped } = await overTenSeeds('stable', (seed) => {
    const found = refinedAccuracy(seed);
    return {
      dropped: found.dropped - found.there,
      gain: found.refined - found.poisoned,
      spoilt: found.cleanRefined - found.clean
    };
  });
  expect([dropped.verdict, gain.verdict]).toEqual(['above', 'above']);
});
