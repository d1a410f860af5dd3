import { core, moe, type tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { makePieces } from '../support/pieces';
import { errorOf, regress } from '../support/regression';

const { Random } = core;

const WIDTH = 16;
const HIDDEN = 64;

describe('[factorllm]', () => {
  test('with all experts active the function stays, whatever the router', () => {
    const network = makeNetwork({ width: WIDTH, hidden: HIDDEN });
    const x = makeTokens(50, WIDTH);
    const { layer, report } = moe.carve(network, { experts: 8, k: 8, random: Random.fromSeed(1) });
    expectClose(outputOf(layer, x), outputOf(network, x), 1e-6);
    expect(report.routed[1]).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    x.dispose();
    layer.dispose();
    network.dispose();
  });

  test('with half active, 200 steps with the prior recover more than 200 steps of the task alone', () => {
    const gains = [1, 2, 3].map((seed) => {
      const task = makePieces({ width: WIDTH, clusters: 8, seed });
      const batches = (step: number) => task.batch(step, 128);
      const network = makeNetwork({ width: WIDTH, hidden: HIDDEN, bias: false, seed });
      regress(network, batches, { steps: 200, seed });
      const carved = () => moe.carve(network, { experts: 8, k: 4, random: Random.fromSeed(seed) }).layer;
      // Weights of the network stay as they are: only the router is trained.
      const tuned = (prior: boolean) => {
        const layer = carved();
        regress(layer, batches, {
          ...{ steps: 200, seed, wanted: (path) => path.startsWith('router') },
          extra: prior ? (x, ctx) => moe.priorApproximateLoss(layer, x as tf.Tensor2D, ctx) : undefined
        });
        const error = errorOf(layer, batches);
        layer.dispose();
        return error;
      };
      const untuned = carved();
      const result = {
        dense: errorOf(network, batches),
        untuned: errorOf(untuned, batches),
        prior: tuned(true),
        task: tuned(false)
      };
      untuned.dispose();
      network.dispose();
      task.dispose();
      return result;
    });
    gains.forEach(({ prior, task, untuned, dense }) => {
      expect(prior).toBeLessThan(task);
      expect(prior).toBeLessThan(untuned);
      expect(prior).toBeGreaterThan(dense);
    });
  });
});
