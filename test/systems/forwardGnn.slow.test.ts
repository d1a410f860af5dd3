import { expect, test } from 'vitest';
import { localAccuracy } from '../support/localLearning';
import { overTenSeeds } from '../support/paired';

test('[forwardgnn] on blocks of 300 nodes: accuracy of layers that learn each by itself over 0.95 of that of backpropagation', async () => {
  const { over } = await overTenSeeds('forwardgnn', (seed) => {
    const { local, backpropagated } = localAccuracy(seed);
    return { local, backpropagated, over: local - 0.95 * backpropagated };
  });
  expect(over.verdict).toBe('above');
});
