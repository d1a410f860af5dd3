import { expect, test } from 'vitest';
import { energyErrors } from '../support/charges';
import { overTenSeeds } from '../support/paired';
import { spearman } from '../support/spearman';

const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b) / of.length;

test('[ewald-mp] charges in a box: errors without waves over those with them, and where the gain is: its rank correlation with the energy of pairs that are beyond reach, in size', async () => {
  const { gain, byFar } = await overTenSeeds('ewald-mp', (seed) => {
    const [both, near] = [true, false].map((waves) =>
      energyErrors(waves, seed, { count: 100, asked: 100, steps: 300 })
    );
    const gains = near.errors.map((error, i) => error - both.errors[i]);
    // Pairs beyond reach have some energy in the mean, which is known without them.
    const middle = mean(both.far);
    return { gain: mean(gains), byFar: spearman(gains, both.far.map((far) => Math.abs(far - middle))) }; // prettier-ignore
  });
  expect([gain.verdict, byFar.verdict]).toEqual(['above', 'above']);
});
