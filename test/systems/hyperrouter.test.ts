import { core, moe, routers } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';

const { Random } = core;

const WIDTH = 16;
const EXPERTS = 8;
const layerWith = (router: routers.RouterSpec, seed: number) =>
  moe.layer({ router, experts: EXPERTS, width: WIDTH, hidden: 16, random: Random.fromSeed(seed) });

/** How alike two experts are, neuron matched with neuron; the mean over pairs. */
function likeness(layer: moe.MoeLayer): number {
  const weights = layer.experts.parameters().get('w1')!.variable;
  const table = moe.analysis.similarity(weights, { by: 'neuron' });
  return mean(table.flatMap((row, i) => row.filter((_, j) => i !== j)));
}

describe('[hyperrouter]', () => {
  test('training moves the embedding, all that is learnt of the router, and leaves the hypernetwork', () => {
    const layer = layerWith(routers.hyper({ k: 2, embedDim: 5 }), 1);
    const task = makePieces({ width: WIDTH });
    const values = () => [...layer.router.buffers().values()].map(({ variable }) => variable.dataSync().slice());
    const embedding = () => layer.router.parameters().get('embedding')!.variable.dataSync().slice();
    const [frozen, before] = [values(), embedding()];
    regress(layer, (step) => task.batch(step, 64), { steps: 5 });
    expect(values()).toEqual(frozen);
    expect(layer.router.countParameters()).toBe(5);
    embedding().forEach((value, i) => expect(value).not.toBe(before[i]));
    task.dispose();
    layer.dispose();
  });

  test('the error and the likeness of experts lie between those of a frozen and of a trained router', () => {
    const runs = [1, 2, 3, 4, 5].map((seed) => {
      const task = makePieces({ width: WIDTH, seed });
      const run = (router: routers.RouterSpec, frozen = false) => {
        const layer = layerWith(router, seed);
        const wanted = (path: string) => !(frozen && path.startsWith('router'));
        regress(layer, (step) => task.batch(step, 128), { steps: 150, seed, wanted });
        const measured = { error: errorOf(layer, (step) => task.batch(step, 1024)), likeness: likeness(layer) };
        layer.dispose();
        return measured;
      };
      const hyper = run(routers.hyper({ k: 1, embedDim: 8, seed }));
      const [frozen, trained] = [run(routers.topK({ k: 1 }), true), run(routers.topK({ k: 1 }))];
      task.dispose();
      return { hyper, frozen, trained };
    });
    for (const what of ['error', 'likeness'] as const) {
      const over = (rival: 'frozen' | 'trained') => mean(runs.map((run) => run.hyper[what] - run[rival][what]));
      expect(over('frozen'), what).toBeLessThan(0);
      expect(over('trained'), what).toBeGreaterThan(0);
    }
  }, 300_000);
});
