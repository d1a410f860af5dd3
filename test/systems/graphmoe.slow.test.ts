import { routers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeNetwork } from '../support/networks';
import { overTenSeeds } from '../support/paired';
import { errorOf, regress } from '../support/regression';
import { BASE, makeComposed, makeRethink } from '../support/rethinking';

test('[graphmoe] error on g after f of two rounds of one expert, less that of one round of one, and of one round of two', async () => {
  const { rounds, work } = await overTenSeeds('graphmoe', (seed) => {
    const base = makeNetwork({ ...BASE, seed });
    const { batches, dispose } = makeComposed(base, seed);
    const error = (rounds: number, k: number): number => {
      const module = makeRethink(base, rounds, seed, routers.recurrent({ k }));
      regress(module, batches, { steps: 150, seed });
      const found = errorOf(module, batches);
      module.dispose();
      return found;
    };
    const [twoRounds, one, twoExperts] = [error(2, 1), error(1, 1), error(1, 2)];
    dispose();
    base.dispose();
    return { rounds: Math.log(twoRounds / one), work: Math.log(twoRounds / twoExperts) };
  });
  expect(rounds.verdict).toBe('below');
  // Two experts at once do better than one after the other, for as much work.
  expect(work.verdict).toBe('above');
});
