import { peft, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeConflict, recordsOf } from '../support/conflict';
import { frozenLinear } from '../support/networks';
import { overTenSeeds } from '../support/paired';
import { errorOf, regress } from '../support/regression';

const RANK = 8;

/** How differently two tasks take the ranks: total variation, 0 where both take the same, 1 where they share none. */
function distanceOf(adapters: peft.Adapters, x: tf.Tensor, tasks: ArrayLike<number>): number {
  const [{ indices, k }] = recordsOf(adapters, x);
  const use = [0, 1].map(() => new Array<number>(RANK).fill(0));
  indices.forEach((rank, i) => (use[tasks[Math.floor(i / k)]][rank] += 2 / indices.length));
  return use[0].reduce((sum, share, rank) => sum + Math.abs(share - use[1][rank]) / 2, 0);
}

test('[smora] error of an adapter of as many active ranks less that of chosen ranks, and how differently two tasks choose, less a half', async () => {
  const { gain, apart } = await overTenSeeds('smora', (seed) => {
    const network = frozenLinear(seed);
    const { batches, tasks } = makeConflict(frozenLinear(seed), { seed });
    const single = peft.lora(network, { targets: ['0'], rank: 2, seed });
    regress(single, batches, { steps: 250, seed });
    const plain = errorOf(single, batches);
    single.remove();
    const adapters = peft.moeLora(network, { targets: ['0'], granularity: 'rank', rank: RANK, k: 2, seed });
    regress(adapters, batches, { steps: 250, seed });
    const error = errorOf(adapters, batches);
    const { x, y } = batches(9_000_000);
    const distance = distanceOf(adapters, x, tasks);
    tf.dispose([x, y]);
    adapters.remove();
    network.dispose();
    return { gain: plain - error, apart: distance - 0.5 };
  });
  expect([gain.verdict, apart.verdict]).toEqual(['above', 'above']);
});
