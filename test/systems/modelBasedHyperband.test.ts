import { core, nas } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { curveSpace, lossOf } from '../support/learningCurves';
import { simulateWorkers } from '../support/simulatedWorkers';

const random = (seed: number) => core.Random.fromSeed(seed);
const rungs = { minResource: 1, maxResource: 27, eta: 3 };
const modelBased = () => nas.asha({ ...rungs, sampler: nas.bayesian({ initial: 6, candidates: 40 }) });

describe('Model-based asynchronous Hyperband [async-model-based-hyperband]', () => {
  test('no worker is idle, and who is promoted is of the best third of its rung', () => {
    const { trials, idle } = simulateWorkers({
      strategy: modelBased(),
      space: curveSpace(),
      seed: 1,
      workers: 4,
      until: 60,
      cost: lossOf
    });
    expect(idle).toBe(0);
    expect(trials.filter(({ proposal }) => proposal.resource === 27).length).toBeGreaterThan(0);
    const promoted = trials.filter(({ proposal }) => proposal.parent !== undefined);
    expect(promoted.length).toBeGreaterThan(10);
    promoted.forEach(({ proposal, after }) => {
      const there = trials.slice(0, after).filter((each) => each.proposal.resource === proposal.resource! / 3);
      const place = there.sort((x, y) => x.cost - y.cost).findIndex(({ id }) => id === proposal.parent);
      expect(place).toBeLessThan(Math.floor(there.length / 3));
    });
  });

  test('one model learns of candidates and resource: that a short trial is worse by what it is short of counts', () => {
    const space = nas.space({ x: nas.float(0, 1) });
    const predictor = nas.predictors.gp({ length: 2, noise: 1e-4 });
    const asked = (resources: [whole: number, part: number]) => {
      const searcher = nas
        .bayesian({ predictor, initial: 1, acquisition: 'mean' })
        .start({ space, objectives: 1, random: random(3), repeats: false, optuna: null });
      // The ends were tried both ways, the middle in a short trial alone: better by 0.5 than the ends' short trials.
      const trials = [
        [0.1, 0, 1],
        [0.9, 0, 1],
        [0.1, 1, 2.4],
        [0.9, 1, 2.4],
        [0.5, 1, 1.9]
      ];
      trials.forEach(([x, is, cost], i) =>
        searcher.tell({ id: 100 + i, point: { x }, costs: [cost], violation: 0, resource: resources[is] })
      );
      void searcher.ask(0);
      return (searcher.ask(1) as nas.Proposal).point.x as number;
    };
    expect(Math.abs(asked([10, 5]) - 0.5)).toBeLessThan(0.1);
    // As one that is blind to the resource would: the middle looks worse than the ends.
    expect(Math.abs(asked([10, 10]) - 0.5)).toBeGreaterThan(0.3);
  });

  test('trials under way count as if they had ended as predicted: eight workers do not all try the same', () => {
    const space = nas.space({ x: nas.float(0, 1) });
    const ask = (options: nas.BayesianOptions) => {
      const searcher = nas
        .bayesian({ predictor: nas.predictors.gp({ length: 0.2, noise: 1e-4 }), initial: 4, ...options })
        .start({
          ...{ space, objectives: 1, random: random(5), repeats: false, optuna: null }
        });
      [0.1, 0.4, 0.7, 0.9].forEach((x, id) => {
        void searcher.ask(id);
        searcher.tell({ id, point: { x }, costs: [(x - 0.55) ** 2], violation: 0 });
      });
      return [4, 5, 6].map((id) => (searcher.ask(id) as nas.Proposal).point.x as number);
    };
    const [first, second, third] = ask({});
    expect(Math.abs(first - 0.55)).toBeLessThan(0.1);
    expect(Math.min(Math.abs(second - first), Math.abs(third - first), Math.abs(third - second))).toBeGreaterThan(0.01);
  });
});
