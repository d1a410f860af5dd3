import { expect, test } from 'vitest';
import { sourceFound } from '../support/epidemics';
import { overTenSeeds } from '../support/paired';

test('[gnn-patient-zero] sources found after 3 and 6 steps of an epidemic, over those that the distance centre is; early over later', async () => {
  const found = await overTenSeeds('gnn-patient-zero', (seed) => {
    const [early, later] = [3, 6].map((steps) => sourceFound(steps, seed));
    return {
      early: early.accuracy,
      earlyOverCentre: early.accuracy - early.centre,
      later: later.accuracy,
      laterOverCentre: later.accuracy - later.centre,
      earlyOverLater: early.accuracy - later.accuracy
    };
  });
  expect([found.earlyOverCentre.verdict, found.laterOverCentre.verdict, found.earlyOverLater.verdict]).toEqual([
    'above',
    'above',
    'above'
  ]);
});
