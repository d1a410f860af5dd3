import { expect, test } from 'vitest';
import { authorAccuracy } from '../support/library';
import { overTenSeeds } from '../support/paired';

test('[meow] where the class of authors is that of the papers in between: accuracy of the fine view over that of the coarse one, by three weights of negatives', async () => {
  const found = await overTenSeeds('meow', (seed) => {
    const [uniform, cluster, learnt] = (['uniform', 'cluster', 'learnt'] as const).map((negativeWeights) => authorAccuracy(seed, { negativeWeights })); // prettier-ignore
    const coarse = authorAccuracy(seed, { views: 'coarse' });
    return {
      uniform: uniform - coarse,
      cluster: cluster - coarse,
      learnt: learnt - coarse,
      coarse,
      learntOverUniform: learnt - uniform
    };
  });
  expect([found.uniform.verdict, found.cluster.verdict, found.learnt.verdict]).toEqual(['above', 'above', 'above']);
});
