import { core, moe, routers } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makePieces } from '../support/pieces';
import { regress } from '../support/regression';

const { Random } = core;

const WIDTH = 16;
const EXPERTS = 8;
const layerWith = (router: routers.RouterSpec, seed: number) =>
  moe.layer({ router, experts: EXPERTS, width: WIDTH, hidden: 16, random: Random.fromSeed(seed) });

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
});
