import { expect, test } from 'vitest';
import { moonsAccuracy } from '../support/moons';
import { overTenSeeds } from '../support/paired';

test('[dcm] two moons among four values of noise, without a graph: accuracy of a complex that is learnt over that of graph convolutions on the nearest neighbours', async () => {
  const { gain } = await overTenSeeds('dcm', (seed) => {
    const { fixed, learnt } = moonsAccuracy(seed);
    return { learnt, gain: learnt - fixed };
  });
  expect(gain.verdict).toBe('undecided');
});
