import { routing } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const TABLE: routing.QueryTable = {
  models: ['cheap', 'middle', 'dear'],
  features: [[0], [1]],
  quality: [[0.9, 0.5, 1], [0.1, 0.3, 1]], // prettier-ignore
  cost: [[1, 2, 3], [1, 2, 3]] // prettier-ignore
};

describe('routing.paretoFront', () => {
  test('keeps what no other beats, by rising cost', () => {
    const points = [[2, 5], [1, 3], [2, 4], [3, 5], [1, 3], [4, 9]].map(([cost, quality]) => ({ cost, quality })); // prettier-ignore
    expect(routing.paretoFront(points)).toEqual([points[1], points[0], points[5]]);
  });
});

describe('routing.bench', () => {
  const report = routing.bench(TABLE, {
    routers: {
      right: () => ({ kind: 'test', choose: ([x]) => (x === 0 ? 0 : 2) }),
      wrong: () => ({ kind: 'test', choose: () => 1 })
    },
    costWeights: [0, 0.1]
  });

  test('means of cost, quality, utility and regret, by hand', () => {
    const [free, priced] = report.routers.right;
    expect(free).toMatchObject({ costWeight: 0, cost: 2, quality: 0.95 });
    expect(free.regret).toBeCloseTo(1 - 0.95, 12);
    // The oracle: 0.9 - 0.1 and 1 - 0.3, as the router does.
    expect(priced.utility).toBeCloseTo(0.75, 12);
    expect(priced.regret).toBeCloseTo(0, 12);
  });

  test('always shows the single models, their random mix and the oracle', () => {
    expect(report.bestSingle.map(({ model }) => model)).toEqual(['dear', 'dear']);
    expect(report.singles.middle).toEqual({ cost: 2, quality: 0.4 });
    // The middle one lies under the line from the cheap to the dear.
    expect(report.randomMix.map(({ cost }) => cost)).toEqual([1, 3]);
    expect(report.oracle.map(({ regret }) => regret)).toEqual([0, 0]);
    expect(report.front.map(({ router }) => router)).toEqual(['right']);
  });

  test('refuses tables that do not fit, and models that are not there', () => {
    expect(() => routing.bench({ ...TABLE, cost: [[1, 2, 3]] }, { routers: {} })).toThrow('a row of finite numbers');
    expect(() => routing.bench({ ...TABLE, quality: [[1, 2], [1, 2]] }, { routers: {} })).toThrow('a row of finite'); // prettier-ignore
    const routers = { out: () => ({ kind: 'test', choose: () => 3 }) };
    expect(() => routing.bench(TABLE, { routers })).toThrow('"out" must choose 0..2, got 3');
    expect(() => routing.knn(TABLE, { k: 3 })).toThrow('routing.knn: k must be an integer 1..2, got 3');
  });
});
