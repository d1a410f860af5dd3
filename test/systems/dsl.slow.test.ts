import { models, prune, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { blockRatings, recall } from '../support/blockRatings';
import { overTenSeeds } from '../support/paired';

test('[dsl] at 10 % density dynamic masks recall at least what static random ones do', async () => {
  const { random, dense } = await overTenSeeds('dsl, recall at 20', async (seed) => {
    const ratings = blockRatings(seed);
    const recallOf = async (pruning?: prune.PruningSchedule): Promise<number> => {
      const model = models.mlp({ inputWidth: ratings.items, hidden: [24], outputWidth: ratings.items, seed });
      await train.fit(model, ratings.task, { steps: 300, seed, learningRate: 0.01, weightDecay: 0, progress: false, evaluateEvery: 0, ...(pruning && { pruning }) }); // prettier-ignore
      const found = recall(model, ratings);
      model.dispose();
      return found;
    };
    const density = 0.1;
    const own = await recallOf(prune.dynamicSparse({ density, interval: 10, dropRate: 0.3, redistribute: true }));
    const differences = { random: own - (await recallOf(prune.dynamicSparse({ density, dropRate: 0 }))), dense: own - (await recallOf()) }; // prettier-ignore
    ratings.inputs.dispose();
    return differences;
  });
  expect(random.verdict).toBe('above');
  expect(Number.isFinite(dense.mean)).toBe(true);
});
