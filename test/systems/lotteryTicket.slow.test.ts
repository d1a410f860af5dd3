import { core, data, models, prune, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';

const SIZE = { inputWidth: 64, hidden: [128, 64], outputWidth: 10 };
const { train: seen, validation } = data.digits();
const labelled = ({ images, labels }: { images: Float32Array; labels: ArrayLike<number> }) => ({
  ...{ inputs: tf.tensor2d(images, [labels.length, 64]), labels }
});
const task = train.tasks.classification({ ...labelled(seen), batchSize: 32, validation: labelled(validation) });
const options = { steps: 400, learningRate: 3e-3, progress: false, evaluateEvery: 400 } as const;

async function accuracyOf(model: core.Module, seed: number): Promise<number> {
  const { validation: measured } = await train.fit(model, task, { ...options, seed });
  return measured.at(-1)!.accuracy;
}

/** The mask of a ticket on other initial values. */
function drawnAnew(ticket: models.Mlp, seed: number): models.Mlp {
  const other = models.mlp({ ...SIZE, seed: seed + 1000 });
  const paths = core.maskedPaths(ticket);
  const masks = core.masksAt(ticket, paths);
  core.masksAt(other, paths).forEach((mask, path) => mask.assign(masks.get(path)!.variable));
  return other;
}

test('[lottery-ticket] at 15 % of the weights the ticket beats its mask drawn anew, and is as good as the dense network', async () => {
  const { anew, dense } = await overTenSeeds('lottery-ticket, accuracy', async (seed) => {
    const initial = models.mlp({ ...SIZE, seed });
    const { model: ticket } = await prune.iterative(initial, {
      ...{ rounds: 4, rate: 1 - 0.15 ** 0.25, include: ['0.weight', '1.weight'] },
      train: (model, round) => train.fit(model, task, { ...options, seed: seed + round, evaluateEvery: 0 })
    });
    const other = drawnAnew(ticket, seed);
    const own = await accuracyOf(ticket, seed);
    const differences = { anew: own - (await accuracyOf(other, seed)), dense: own - (await accuracyOf(initial, seed)) };
    [ticket, other, initial].forEach((model) => model.dispose());
    return differences;
  });
  expect(anew.verdict).toBe('above');
  expect(dense.verdict).not.toBe('below');
});
