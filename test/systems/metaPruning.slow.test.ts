import { data, models, prune, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const SPARSITY = 0.85;
const { train: seen, validation } = data.digits();
const labelled = ({ images, labels }: { images: Float32Array; labels: ArrayLike<number> }) => ({
  ...{ inputs: tf.tensor2d(images, [labels.length, 64]), labels }
});
const task = train.tasks.classification({ ...labelled(seen), batchSize: 32, validation: labelled(validation) });
const quiet = { progress: false, evaluateEvery: 0 } as const;

async function trained(seed: number): Promise<models.Mlp> {
  const model = models.mlp({ inputWidth: 64, hidden: [16], outputWidth: 10, seed });
  await train.fit(model, task, { ...quiet, steps: 300, seed, learningRate: 5e-3 });
  return model;
}

async function lost(model: models.Mlp): Promise<number> {
  const { model: sparse } = prune.unstructured(model, { sparsity: SPARSITY });
  const [whole, pruned] = [await task.evaluate!(model), await task.evaluate!(sparse)];
  sparse.dispose();
  return whole.accuracy - pruned.accuracy;
}

test('[metapruning] on initial values that it never saw, a changed network loses less accuracy at the same magnitude pruning', async () => {
  const { less } = await overTenSeeds('metapruning, accuracy lost', async (seed) => {
    const networks: models.Mlp[] = [];
    for (let i = 0; i < 4; i++) {
      networks.push(await trained(1000 * seed + i));
    }
    const metanet = prune.metanetwork({ layers: 2, width: 12, seed });
    const meta = train.tasks.metaPruning(task, { networks, sparsity: SPARSITY });
    await train.fit(metanet, meta, { ...quiet, steps: 150, seed, learningRate: 3e-3 });
    const held = await trained(1000 * seed + 500);
    const { model: changed } = prune.meta(held, { metanet });
    const difference = (await lost(held)) - (await lost(changed));
    [...networks, metanet, held, changed].forEach((each) => each.dispose());
    return { less: difference };
  });
  expect(less.verdict).toBe('above');
});
