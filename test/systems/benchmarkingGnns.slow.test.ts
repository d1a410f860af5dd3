import { type core, graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { classifier, type Encoding, ones, skipLinkAccuracy, TEN_SKIPS } from '../support/circularSkipLinks';
import { overTenSeeds } from '../support/paired';

/** Signs of the vectors, which say nothing, are drawn anew. */
const laplacian: Encoding = (g, seed) => graph.embed.laplacian(g, { dim: 20, seed });

test('[benchmarking-gnns] the ten classes of circular skip links at 3,000 parameters: accuracy by convolutions with Laplacian positions over 0.9, and without positions over chance', async () => {
  const widthOf = (inputs: number): number => {
    const build = (size: number): core.Module => classifier(graph.gcn(), inputs, size, 1, 10);
    const { model, width } = graph.probes.atBudget({ build, budget: 3000, most: 64 });
    model.dispose();
    return width;
  };
  const widths = [widthOf(20), widthOf(1)];
  const { overNearAll, overChance } = await overTenSeeds('benchmarking-gnns', (seed) => {
    const shared = { layer: graph.gcn(), skips: TEN_SKIPS, seed };
    const positions = skipLinkAccuracy({
      ...shared,
      encoding: laplacian,
      width: widths[0],
      copies: 20,
      steps: 400,
      draws: 40
    });
    const none = skipLinkAccuracy({ ...shared, encoding: ones, width: widths[1], copies: 2, steps: 20 });
    return { positions, overNearAll: positions - 0.9, overChance: none - 0.1 };
  });
  expect(overNearAll.verdict).toBe('above');
  expect([overChance.mean, overChance.halfWidth]).toEqual([0, 0]);
});
