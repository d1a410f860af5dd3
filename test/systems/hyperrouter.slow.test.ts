import { core, moe, routers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';

const WIDTH = 16;

/** How alike two experts are, neuron matched with neuron; the mean over pairs. */
function likeness(layer: moe.MoeLayer): number {
  const weights = layer.experts.parameters().get('w1')!.variable;
  const table = moe.analysis.similarity(weights, { by: 'neuron' });
  return mean(table.flatMap((row, i) => row.filter((_, j) => i !== j)));
}

test('[hyperrouter] error and likeness of experts, less those of a frozen and of a trained router', async () => {
  const found = await overTenSeeds('hyperrouter', (seed) => {
    const task = makePieces({ width: WIDTH, seed });
    const run = (router: routers.RouterSpec, frozen = false) => {
      const layer = moe.layer({ router, experts: 8, width: WIDTH, hidden: 16, random: core.Random.fromSeed(seed) });
      const wanted = (path: string) => !(frozen && path.startsWith('router'));
      regress(layer, (step) => task.batch(step, 128), { steps: 150, seed, wanted });
      const measured = { error: errorOf(layer, (step) => task.batch(step, 1024)), likeness: likeness(layer) };
      layer.dispose();
      return measured;
    };
    const hyper = run(routers.hyper({ k: 1, embedDim: 8, seed }));
    const [frozen, trained] = [run(routers.topK({ k: 1 }), true), run(routers.topK({ k: 1 }))];
    task.dispose();
    return {
      errorToFrozen: hyper.error - frozen.error,
      errorToTrained: hyper.error - trained.error,
      likenessToFrozen: hyper.likeness - frozen.likeness,
      likenessToTrained: hyper.likeness - trained.likeness
    };
  });
  expect(Object.values(found).map(({ verdict }) => verdict)).toEqual(['undecided', 'above', 'undecided', 'above']);
});
