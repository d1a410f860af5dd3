import { expect, test } from 'vitest';
import { cellRates } from '../support/cells';
import { overTenSeeds } from '../support/paired';

test('[icgnn] trained on 4 users of 4 antennas without labels, on 8 users: sum rates over those of even powers, as a share of those of WMMSE, of 8 antennas and of 12', async () => {
  const found = await overTenSeeds('icgnn', (seed) => {
    const [full, spare] = cellRates([8, 12], seed);
    return {
      full: full.mine / full.best,
      overEven: (full.mine - full.even) / full.best,
      fullWithin: full.mine / full.best - 0.95,
      spareWithin: spare.mine / spare.best - 0.95,
      spareOverEven: (spare.mine - spare.even) / spare.best
    };
  });
  // Well above even powers and short of 0.95 where antennas are as many as users; where there are more, even powers are better.
  expect([found.overEven.verdict, found.fullWithin.verdict, found.spareOverEven.verdict]).toEqual(['above', 'below', 'below']); // prettier-ignore
});
