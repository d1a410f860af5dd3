import { expect, test } from 'vitest';
import { heatErrors } from '../support/meshHeat';
import { overTenSeeds } from '../support/paired';

test('[mesh-transformer] heat on a grid, rolled out over three steps: error of attention over two steps, as a share of that of convolutions of as many parameters, less 1', async () => {
  const { share } = await overTenSeeds('mesh-transformer', (seed) => {
    const { attention, convolutions } = heatErrors(seed);
    return { share: attention / convolutions - 1 };
  });
  expect(share.verdict).toBe('below');
});
