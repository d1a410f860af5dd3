import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { differenceAccuracy } from '../support/differences';
import { overTenSeeds } from '../support/paired';

test('[acm-gnn] where the difference to neighbours is the class: accuracy of mixed channels over that of graph convolutions', async () => {
  const { gain } = await overTenSeeds('acm-gnn', async (seed) => {
    const [acm, gcn] = [
      await differenceAccuracy(graph.adaptiveChannels(), seed),
      await differenceAccuracy(graph.gcn(), seed)
    ];
    return { acm, gain: acm - gcn };
  });
  expect(gain.verdict).toBe('above');
});
