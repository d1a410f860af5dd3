import { core, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';
import { EXPERTS, group, WIDTH } from '../support/rexmoe';

const { Context } = core;

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
