import { core, moe, type tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeNetwork } from '../support/networks';
import { overTenSeeds } from '../support/paired';
import { makePieces } from '../support/pieces';
import { errorOf, regress } from '../support/regression';

const WIDTH = 16;

test('[factorllm] half of the parts active, the router trained 200 steps: error less that with the prior', async () => {
  const { toTask, toUntuned, toDense } = await overTenSeeds('factorllm', (seed) => {
    const task = makePieces({ width: WIDTH, clusters: 8, seed });
    const batches = (step: number) => task.batch(step, 128);
    const network = makeNetwork({ width: WIDTH, hidden: 64, bias: false, seed });
    regress(network, batches, { steps: 200, seed });
    const error = (steps: number, prior: boolean) => {
      const { layer } = moe.carve(network, { experts: 8, k: 4, random: core.Random.fromSeed(seed) });
      // Weights of the network stay as they are: only the router is trained.
      if (steps > 0) {
        regress(layer, batches, {
          ...{ steps, seed, wanted: (path) => path.startsWith('router') },
          extra: prior ? (x, ctx) => moe.priorApproximateLoss(layer, x as tf.Tensor2D, ctx) : undefined
        });
      }
      const measured = errorOf(layer, batches);
      layer.dispose();
      return measured;
    };
    const prior = error(200, true);
    const found = {
      toTask: error(200, false) - prior,
      toUntuned: error(0, false) - prior,
      toDense: errorOf(network, batches) - prior
    };
    network.dispose();
    task.dispose();
    return found;
  });
  expect([toTask.verdict, toUntuned.verdict, toDense.verdict]).toEqual(['above', 'above', 'below']);
});
