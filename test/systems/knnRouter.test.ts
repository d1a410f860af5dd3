import { routing } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeQueries } from '../support/queries';
import { mean } from '../support/regression';

const SEEDS = [1, 2, 3];

describe('[knn-llm-router]', () => {
  test('with all queries as neighbours it is the best single model', () => {
    const { train, test: unseen } = makeQueries({ seed: 1, queries: 300 }).split(200);
    for (const costWeight of [0, 0.3]) {
      const router = routing.knn(train, { k: 200, costWeight });
      const { bestSingle } = routing.bench(train, { routers: {}, costWeights: [costWeight] });
      const chosen = new Set(unseen.features.map((features) => train.models[router.choose(features)]));
      expect([...chosen]).toEqual([bestSingle[0].model]);
    }
  });

  test('the nearest neighbours decide, by hand', () => {
    const table = {
      models: ['a', 'b'],
      features: [[0], [1], [10], [11]],
      quality: [[1, 0], [1, 0], [0, 1], [0, 1]], // prettier-ignore
      cost: [[0, 0], [0, 0], [0, 3], [0, 3]] // prettier-ignore
    };
    const choose = (x: number, costWeight = 0) => routing.knn(table, { k: 2, costWeight }).choose([x]);
    expect([choose(0.4), choose(9)]).toEqual([0, 1]);
    // b is worth 1 - 3 * 0.5 there.
    expect(choose(9, 0.5)).toBe(0);
  });

  test('where quality is smooth it loses less than the best single model; where the same qualities are dealt anew, more', () => {
    const over = (shuffled: boolean) =>
      mean(
        SEEDS.map((seed) => {
          const { train, test: unseen } = makeQueries({ seed, shuffled }).split(200);
          const { routers, bestSingle } = routing.bench(unseen, {
            routers: { knn: () => routing.knn(train, { k: 5 }) }
          });
          return bestSingle[0].regret - routers.knn[0].regret;
        })
      );
    // The best single model loses 0.27 on the smooth ones.
    expect(over(false)).toBeGreaterThan(0.2);
    expect(over(true)).toBeLessThan(0);
  });
});
