import { routers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { measure, train } from '../support/behaviours';
import { overTenSeeds } from '../support/paired';

test('[aw-moe] area under the curve less that of a router that sees the mean of the history alone, of users with ten and with two', async () => {
  const contrastive = { maskRate: 0.5, coefficient: 0.1 };
  const { head, gap } = await overTenSeeds('aw-moe', (seed) => {
    const [own, plain] = [routers.attention({ k: 2, contrastive }), routers.topK({ k: 2 })].map((router) => {
      const layer = train(router, seed);
      const found = measure(layer, seed);
      layer.dispose();
      return found;
    });
    const [head, tail] = [own.head - plain.head, own.tail - plain.tail];
    return { head, tail, gap: tail - head };
  });
  expect(head.verdict).toBe('above');
  // Claimed is that the long tail gains most.
  expect(gap.verdict).toBe('below');
});
