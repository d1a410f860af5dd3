import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { coefficientOfVariation, makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';
import { choicesOf } from '../support/stack';

const WIDTH = 16;
const STARTS = [1, 2, 3, 4];

test('[mixture-of-routers] variation of load and error from start to start, less those of one router, at equal parameters', async () => {
  const { error, load } = await overTenSeeds('mixture-of-routers', (seed) => {
    const task = makePieces({ width: WIDTH, seed });
    const [mixed, single] = [
      { router: routers.mixture({ k: 2, sub: 4, balance: {} }), hidden: 16 },
      // The parameters that it lacks are in its experts.
      { router: routers.topK({ k: 2, balance: {} }), hidden: 23 }
    ].map(({ router, hidden }) => {
      const runs = STARTS.map((start) => {
        const random = core.Random.fromSeed(seed).child(start);
        const expertKind = moe.lowRankExperts({ rank: 4 });
        const layer = moe.layer({ router, expertKind, experts: 8, width: WIDTH, hidden, random });
        regress(layer, (step) => task.batch(step, 128), { steps: 120, seed: start });
        const error = errorOf(layer, (step) => task.batch(step, 1024));
        const { x, y } = task.batch(1_000_000, 1024);
        const counts = new Array<number>(8).fill(0);
        choicesOf(layer, x)[0].forEach((row) => row.forEach((expert) => counts[expert]++));
        const parameters = layer.countParameters();
        tf.dispose([x, y]);
        layer.dispose();
        return { error, load: coefficientOfVariation(counts), parameters };
      });
      const [{ parameters }] = runs;
      return {
        parameters,
        error: coefficientOfVariation(runs.map((each) => each.error)),
        load: mean(runs.map((each) => each.load))
      };
    });
    task.dispose();
    expect(mixed.parameters).toBe(single.parameters);
    return { error: mixed.error - single.error, load: mixed.load - single.load };
  });
  // Claimed is that both are less.
  expect([error.verdict, load.verdict]).toEqual(['undecided', 'above']);
});
