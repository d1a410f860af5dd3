import { expect, test } from 'vitest';
import { recoveredEdges } from '../support/deconvolution';
import { overTenSeeds } from '../support/paired';

test('[gdn] what was diffused, on graphs of as many nodes as those of training and of three times as many: recovered over the best threshold, and over 50 fixed steps', async () => {
  const found = await overTenSeeds('gdn', (seed) => {
    const [same, larger] = recoveredEdges([30, 90], seed);
    return {
      same: same.learnt,
      larger: larger.learnt,
      overThreshold: same.learnt - same.threshold,
      largerOverThreshold: larger.learnt - larger.threshold,
      largerOverFixed: larger.learnt - larger.fixed
    };
  });
  expect([found.overThreshold.verdict, found.largerOverThreshold.verdict, found.largerOverFixed.verdict]).toEqual([
    'above',
    'above',
    'above'
  ]);
});
