import { prune } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { accuracyOn, candidatesOf, federation, network } from '../support/federation';
import { overTenSeeds } from '../support/paired';

const RUN = { rounds: 20, localSteps: 5, learningRate: 5e-3 };

test("[fedtiny] at 5 % density the chosen and changed mask beats the server's magnitude mask, and the choice by clients' batch norms that by stored ones", async () => {
  const { accuracy, chosen } = await overTenSeeds('fedtiny', async (seed) => {
    const { clients, test: unseen } = federation(seed, 128);
    const initial = network(seed, [48, 48]);
    const candidates = candidatesOf(initial, 0.05, [1, 2, 3, 4].map((each) => 10 * seed + each)); // prettier-ignore
    const { model: magnitude } = prune.unstructured(initial, { sparsity: 0.95 });
    const run = (options: Partial<prune.FederatedOptions>) =>
      prune.federated({ clients, candidates, seed, ...RUN, ...options });
    const own = await run({});
    const fixed = await run({ candidates: [magnitude], progressive: null });
    const difference = accuracyOn(own.model, unseen) - accuracyOn(fixed.model, unseen);
    // The true best: the candidate that is most accurate when it is trained without changes.
    const trained: number[] = [];
    for (const candidate of candidates) {
      const { model } = await run({ candidates: [candidate], progressive: null });
      trained.push(accuracyOn(model, unseen));
      model.dispose();
    }
    const { report: stored } = await run({ select: 'stored', rounds: 0 });
    [initial, magnitude, own.model, fixed.model, ...candidates].forEach((each) => each.dispose());
    return { accuracy: difference, chosen: trained[own.report.selected] - trained[stored.selected] };
  });
  expect(accuracy.verdict).toBe('above');
  expect(chosen.verdict).not.toBe('below');
});
