import { expect, test } from 'vitest';
import { forwardedPackets } from '../support/forwarding';
import { overTenSeeds } from '../support/paired';

test('[single-graph-near-shortest-path-routing] learnt on one graph of 50 nodes, on 100 others: share of packets that arrive over that of greedy forwarding, and stretch over that of ways that both take', async () => {
  const { arrive, stretch } = await overTenSeeds('single-graph-near-shortest-path-routing', (seed) => {
    const { learnt, greedy, packets, learntStretch, greedyStretch, both } = forwardedPackets(seed);
    return {
      learnt: learnt / packets,
      arrive: (learnt - greedy) / packets,
      stretch: (learntStretch - greedyStretch) / both
    };
  });
  expect(arrive.verdict).toBe('above');
  expect(stretch.verdict).toBe('below');
});
