import type { core } from '@switchyard/kernel-lib';
import { data, models, prune, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const ROUNDS = 3;
const { train: seen, validation } = data.digits();
const labelled = ({ images, labels }: { images: Float32Array; labels: ArrayLike<number> }) => ({
  ...{ inputs: tf.tensor2d(images, [labels.length, 64]), labels }
});
const task = train.tasks.classification({ ...labelled(seen), batchSize: 32, validation: labelled(validation) });
const lossOf = async (model: core.Module): Promise<number> => (await task.evaluate!(model)).loss;

test('[sparse-model-soups] in each of three rounds the mean of three members has less loss than a member', async () => {
  const rounds = await overTenSeeds(
    'sparse-model-soups, validation loss of a member less that of the mean',
    async (seed) => {
      const members: number[][] = [];
      const soups: number[] = [];
      const initial = models.mlp({ inputWidth: 64, hidden: [64], outputWidth: 10, seed });
      await train.fit(initial, task, { steps: 100, seed, learningRate: 3e-3, progress: false, evaluateEvery: 0 });
      let current = initial;
      for (let round = 1; round <= ROUNDS; round++) {
        const own: number[] = [];
        const pruned = prune.unstructured(current, { sparsity: 1 - 0.6 ** round }).model;
        current.dispose();
        // A rate of 0 prunes nothing further: what comes out is the mean.
        const { model } = await prune.iterative(pruned, {
          ...{ rounds: 1, rate: 0, members: 3, rewind: 'none' },
          train: async (member, _, i) => {
            const stream = 100 * seed + 10 * round + i;
            await train.fit(member, task, {
              steps: 60,
              seed: stream,
              learningRate: 3e-3,
              progress: false,
              evaluateEvery: 0
            });
            own.push(await lossOf(member));
          }
        });
        pruned.dispose();
        members.push(own);
        soups.push(await lossOf(model));
        current.dispose();
        current = model;
      }
      current.dispose();
      const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      return Object.fromEntries(soups.map((soup, i) => [`round ${i + 1}`, mean(members[i]) - soup]));
    }
  );
  expect(Object.values(rounds).map(({ verdict }) => verdict)).not.toContain('below');
});
