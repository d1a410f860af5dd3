import { nas } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { bestLoss, curveSpace, lossOf } from '../support/learningCurves';
import { overTenSeeds } from '../support/paired';
import { simulateWorkers } from '../support/simulatedWorkers';

const UNTIL = 600;
/** Of the best at the greatest resource. */
const GOAL = 1.01 * lossOf({ rate: 10 ** (4 * (0.62 - 1)), width: 0.3, decay: 0.8 }, 27);

/** When the first trial at the greatest resource is within 1 % of the best. */
function reached(sampler: nas.Strategy, seed: number): number {
  const isEnough = ({ cost, proposal }: { cost: number; proposal: nas.Proposal }) =>
    proposal.resource === 27 && cost <= GOAL;
  const strategy = nas.asha({ minResource: 1, maxResource: 27, sampler });
  const { trials } = simulateWorkers({
    strategy,
    space: curveSpace(),
    seed,
    workers: 4,
    until: UNTIL,
    cost: lossOf,
    isEnough
  });
  return isEnough(trials.at(-1)!) ? trials.at(-1)!.ends : UNTIL;
}

describe('Model-based asynchronous Hyperband [async-model-based-hyperband]', () => {
  test('a loss within 1 % of the best is reached sooner than with random candidates', async () => {
    expect(bestLoss).toBeLessThan(GOAL);
    const { ln } = await overTenSeeds('async-model-based-hyperband, ln of time, model / random', (seed) => ({
      ln: Math.log(reached(nas.bayesian(), seed) / reached(nas.random(), seed))
    }));
    expect(ln.verdict).toBe('below');
  }, 600_000);
});
