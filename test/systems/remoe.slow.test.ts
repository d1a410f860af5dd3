import { routers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { fit, K, STEPS } from '../support/remoe';

test('[remoe] loss of top-k that spends as many expert passes in all, less that of ReLU routing', async () => {
  const { gain } = await overTenSeeds('remoe', async (seed) => {
    const run = await fit(routers.relu({ k: K, l1: 1e-4 }), STEPS, seed);
    // As many expert passes in all, not as many steps: at first ReLU routing uses more than K experts.
    const steps = Math.ceil(run.used.reduce((a, b) => a + b, 0) / K);
    const rival = await fit(routers.topK({ k: K }), steps, seed);
    [run, rival].forEach(({ model }) => model.dispose());
    return { gain: rival.loss - run.loss };
  });
  expect(gain.verdict).toBe('undecided');
});
