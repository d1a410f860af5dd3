import { data, models, prune, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const { train: seen, validation } = data.digits();
const labelled = ({ images, labels }: { images: Float32Array; labels: ArrayLike<number> }) => ({
  ...{ inputs: tf.tensor2d(images, [labels.length, 64]), labels }
});
const task = train.tasks.classification({ ...labelled(seen), batchSize: 64, validation: labelled(validation) });

test('[iterative-weight-recycling] accuracy of subnetworks of random weights, with recycling less without', async () => {
  const found = await overTenSeeds('iterative-weight-recycling, accuracy on digits', async (seed) => {
    const differences: Record<string, number> = {};
    for (const sparsity of [0.5, 0.8]) {
      const accuracyOf = async (recycle?: prune.EdgePopupOptions['recycle']): Promise<number> => {
        const model = models.mlp({ inputWidth: 64, hidden: [64, 64], outputWidth: 10, seed });
        const popup = prune.edgePopup(model, { sparsity, seed, ...(recycle && { recycle }) });
        const steps = { steps: 600, seed, learningRate: 0.05, progress: false, evaluateEvery: 600 };
        const { validation: measured } = await train.fit(popup.model, task, { ...steps, pruning: popup.pruning });
        [model, popup.model].forEach((each) => each.dispose());
        return measured.at(-1)!.accuracy;
      };
      differences[`${sparsity}`] = (await accuracyOf({ every: 60, fraction: 0.1 })) - (await accuracyOf());
    }
    return differences;
  });
  expect(Object.values(found).every(({ mean }) => Number.isFinite(mean))).toBe(true);
});
