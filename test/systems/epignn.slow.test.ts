import { expect, test } from 'vitest';
import { chainAccuracy, epistemic, repeatedConvolution } from '../support/chainAccuracy';
import { overTenSeeds } from '../support/paired';

test('[epignn] trained on paths of two to four edges: accuracy on others of four and of ten, over that of one relational convolution that is repeated', async () => {
  const { fourOverChance, overConvolution } = await overTenSeeds('epignn', (seed) => {
    const [four, ten] = chainAccuracy(epistemic(8, seed), [4, 10], { steps: 1500, learningRate: 0.02, seed });
    const [, repeated] = chainAccuracy(repeatedConvolution(16, seed), [4, 10], {
      steps: 800,
      learningRate: 0.01,
      seed
    });
    return { four, fourOverChance: four - 1 / 6, ten, repeated, overConvolution: ten - repeated };
  });
  // It learns what it is shown and does not go on to ten edges; a convolution does.
  expect([fourOverChance.verdict, overConvolution.verdict]).toEqual(['above', 'below']);
});
