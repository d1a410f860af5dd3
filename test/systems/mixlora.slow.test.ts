import { peft, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeConflict, recordsOf } from '../support/conflict';
import { frozenFeedForward } from '../support/networks';
import { overTenSeeds } from '../support/paired';
import { coefficientOfVariation } from '../support/pieces';
import { errorOf, regress } from '../support/regression';

const mixture = (experts: number, balanceLoss: number, seed: number) => ({
  ...{ targets: ['0'], granularity: 'adapter' as const, experts, rank: 2, k: 2, balanceLoss, seed }
});

/** Coefficient of variation of the load of eight experts, trained on two tasks in conflict. */
function variation(balanceLoss: number, seed: number): number {
  const network = frozenFeedForward(seed);
  const { batches } = makeConflict(frozenFeedForward(seed), { seed });
  const adapters = peft.moeLora(network, mixture(8, balanceLoss, seed));
  regress(adapters, batches, { steps: 150, seed });
  const { x, y } = batches(9_000_000);
  const load = new Array<number>(8).fill(0);
  recordsOf(adapters, x)[0].indices.forEach((expert) => load[expert]++);
  tf.dispose([x, y]);
  adapters.remove();
  network.dispose();
  return coefficientOfVariation(load);
}

test('[mixlora] variation of the load without the loss less that with it', async () => {
  const { evened } = await overTenSeeds('mixlora', (seed) => ({ evened: variation(0, seed) - variation(0.05, seed) }));
  expect(evened.verdict).toBe('above');
});

test('[mixlora] error of one adapter of as many values less that of a mixture, on two tasks in conflict', async () => {
  const { gain } = await overTenSeeds('mixlora', (seed) => {
    const network = frozenFeedForward(seed);
    const { batches } = makeConflict(frozenFeedForward(seed), { seed });
    const measure = (adapters: peft.Adapters) => {
      regress(adapters, batches, { steps: 150, seed });
      const result = { error: errorOf(adapters, batches), trained: adapters.trainableShare().trainable };
      adapters.remove();
      return result;
    };
    const mixed = measure(peft.moeLora(network, mixture(4, 0.01, seed)));
    // 4 x 2 ranks, and one more that pays for the router.
    const single = measure(peft.lora(network, { targets: ['0'], rank: 9, seed }));
    expect(mixed.trained).toBeLessThanOrEqual(single.trained);
    network.dispose();
    return { gain: single.error - mixed.error };
  });
  expect(gain.verdict).toBe('above');
});
