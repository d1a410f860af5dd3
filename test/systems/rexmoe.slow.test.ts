import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';

const { Context, Random } = core;

const WIDTH = 16;
const EXPERTS = 4;
const SHAPE = { experts: EXPERTS, width: WIDTH, hidden: 8 };

function group(size: number, seed: number, { to = size * EXPERTS, steps = 60 } = {}): moe.SharedGroup {
  const router = (order: number[]) => routers.progressivePool({ k: 2, order, from: EXPERTS, to, steps });
  return moe.sharedGroup({ ...SHAPE, group: size, router, random: Random.fromSeed(seed) });
}

test('[rexmoe] error of separate layers over that of a group, less 1, at equal work', async () => {
  const { gain, reused } = await overTenSeeds('rexmoe', (seed) => {
    const task = makePieces({ width: WIDTH, clusters: 16, seed });
    const batches = (step: number) => task.batch(step, 128);
    const [apart, shared] = [group(2, seed, { to: EXPERTS }), group(2, seed)];
    const errors = [apart, shared].map((module) => {
      regress(module, batches, { steps: 150, seed });
      return errorOf(module, batches);
    });
    const records: core.RoutingRecord[] = [];
    const { x, y } = task.batch(2_000_000, 200);
    const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
    tf.tidy(() => shared.apply(x, ctx).dispose());
    const reused = records.map(({ indices }, i) => mean(Array.from(indices, (e) => +(Math.floor(e / EXPERTS) !== i))));
    ctx.dispose();
    tf.dispose([x, y]);
    [apart, shared].forEach((module) => module.dispose());
    task.dispose();
    return { gain: errors[0] / errors[1] - 1, reused: mean(reused) };
  });
  expect([gain.verdict, reused.verdict]).toEqual(['undecided', 'above']);
});
