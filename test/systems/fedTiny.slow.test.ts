import { prune } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { accuracyOn, candidatesOf, federation, network } from '../support/federation';
import { overTenSeeds } from '../support/paired';

test("[fedtiny] at 5 % density the chosen and changed mask is more accurate than the server's own by magnitude", async () => {
  const { accuracy } = await overTenSeeds('fedtiny', async (seed) => {
    const { clients, test: unseen } = federation(seed);
    const initial = network(seed);
    const candidates = candidatesOf(initial, 0.05, [1, 2, 3].map((each) => 10 * seed + each)); // prettier-ignore
    const { model: magnitude } = prune.unstructured(initial, { sparsity: 0.95 });
    const run = { clients, seed, rounds: 12, localSteps: 4, learningRate: 5e-3 };
    const own = await prune.federated({ ...run, candidates });
    const fixed = await prune.federated({ ...run, candidates: [magnitude], progressive: null });
    const difference = accuracyOn(own.model, unseen) - accuracyOn(fixed.model, unseen);
    [initial, magnitude, own.model, fixed.model, ...candidates].forEach((each) => each.dispose());
    return { accuracy: difference };
  });
  expect(accuracy.verdict).toBe('above');
});
