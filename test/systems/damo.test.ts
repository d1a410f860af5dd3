import { core, nas } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const space = () => nas.space({ mixture: nas.simplex(['prose', 'python', 'typescript']) });
/** Loss of a benchmark after a training on a mixture: least where the mixture is that of the benchmark. */
const loss = ([a, b, c]: readonly number[]) => 1 + 3 * ((a - 0.2) ** 2 + (b - 0.05) ** 2 + (c - 0.75) ** 2);
const mixtureOf = (point: nas.Point) => Object.values(space().candidate(point).mixture as Record<string, number>);

describe('Data mixing by a predictor [damo]', () => {
  test('a small network, fitted on 30 pilot mixtures, explains unseen ones, and its best mixture beats the even one and the best of ten drawn', () => {
    const random = core.Random.fromSeed(2);
    const searcher = nas
      .surrogate({
        initial: 30,
        predictor: nas.predictors.mlp({ members: 2, steps: 100, hidden: [16] }),
        generations: 6
      })
      .start({ space: space(), objectives: 1, random, repeats: false, optuna: null });
    const tried = Array.from({ length: 30 }, (_, id) => {
      const { point } = searcher.ask(id) as nas.Proposal;
      searcher.tell({ id, point, costs: [loss(mixtureOf(point))], violation: 0 });
      return mixtureOf(point);
    });
    const fitted = nas.predictors.mlp({ members: 2, steps: 100, hidden: [16] }).fit(tried, tried.map(loss), random);
    const next = random.child('unseen').generator();
    const unseen = Array.from({ length: 100 }, () => mixtureOf(space().sample(next)));
    const mean = unseen.map(loss).reduce((x, y) => x + y) / 100;
    const error = fitted.predict(unseen).reduce((sum, said, i) => sum + (said.mean - loss(unseen[i])) ** 2, 0);
    fitted.dispose();
    expect(1 - error / unseen.reduce((sum, row) => sum + (loss(row) - mean) ** 2, 0)).toBeGreaterThan(0.6);
    const proposed = loss(mixtureOf((searcher.ask(30) as nas.Proposal).point));
    expect(proposed).toBeLessThan(loss([1 / 3, 1 / 3, 1 / 3]));
    expect(proposed).toBeLessThan(Math.min(...tried.slice(0, 10).map(loss)));
  });
});
