/** @file Ways to send queries to models, on tables small enough to work out. */
import { routing } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const refusal = (message: string) => expect.objectContaining({ name: 'SwitchyardError', message }) as Error;

/** Two models over queries on a line: the first is good near 0, the second far from it, and dearer. */
const TABLE: routing.QueryTable = {
  models: ['near', 'far'],
  features: [[0, 1], [1, 1], [4, 1], [5, 1]], // prettier-ignore
  quality: [[1, 0], [0.75, 0.25], [0.25, 1], [0, 1]], // prettier-ignore
  cost: [[1, 2], [1, 2], [1, 2], [1, 4]] // prettier-ignore
};

describe('routing.knn', () => {
  const choice = (options: Partial<routing.KnnOptions>, x: number[]) => routing.knn(TABLE, { k: 1, ...options }).choose(x); // prettier-ignore

  test('the nearest by distance decide, by their mean worth', () => {
    expect([choice({}, [0.4, 1]), choice({}, [4.4, 1])]).toEqual([0, 1]);
    // The three nearest of 2 are 1, 0 and 4 (or 4, then 5): 0.75 + 1 + 0.25 against 0.25 + 0 + 1.
    expect(choice({ k: 3 }, [1.9, 1])).toBe(0);
    // All: 2 against 2.25; with a price, 2 - 0.1 * 4 against 2.25 - 0.1 * 10.
    expect([choice({ k: 4 }, [9, 9]), choice({ k: 4, costWeight: 0.1 }, [9, 9])]).toEqual([1, 0]);
  });

  test('by cosine, how far off does not count, only which way', () => {
    // (50, 40) points as (1.25, 1) does: nearest to the second query.
    expect([choice({ metric: 'cosine' }, [50, 40]), choice({}, [50, 40])]).toEqual([0, 1]);
  });

  test('goes by the name of its kind', () => {
    expect(routing.knn(TABLE, { k: 1 }).kind).toBe('knn');
    expect(routing.ridge(TABLE).kind).toBe('ridge');
  });
});

describe('routing.ridge', () => {
  test('expects of each model a linear function of the features, by hand', () => {
    // One feature x in -1, 1: (X'X + r) = diag(2 + r, 2 + r); model 0 is worth 0 and 1, model 1 is worth 0.4 always.
    const table: routing.QueryTable = { models: ['a', 'b'], features: [[-1], [1]], quality: [[0, 0.4], [1, 0.4]], cost: [[0, 0], [0, 0]] }; // prettier-ignore
    // With ridge 2: 1/4 + x/4 against 0.8/4: they cross at x = -0.2.
    const soft = routing.ridge(table, { ridge: 2 });
    expect([soft.choose([-0.21]), soft.choose([-0.19])]).toEqual([1, 0]);
    // With 1: 1/3 + x/3 against 0.8/3: as well; with a price on the first, later.
    const priced = routing.ridge({ ...table, cost: [[1, 0], [1, 0]] }, { costWeight: 0.1 }); // prettier-ignore
    // Worth -0.1 and 0.9: 0.8/3 + x/3 against 0.8/3.
    expect([priced.choose([-0.01]), priced.choose([0.01])]).toEqual([1, 0]);
  });
});

describe('routing.categoryMap', () => {
  const table: routing.QueryTable = {
    models: ['cheap', 'dear'],
    features: [[0], [0], [1], [1]],
    // The dear one gains 0.8 a query in the first category and 0.2 in the second.
    quality: [[0.1, 0.9], [0.1, 0.9], [0.7, 0.9], [0.7, 0.9]], // prettier-ignore
    cost: [[1, 3], [1, 3], [1, 3], [1, 3]] // prettier-ignore
  };
  const map = (options: Partial<routing.CategoryMapOptions>) => routing.categoryMap(table, { classify: ([x]) => x, categories: 2, ...options }); // prettier-ignore

  test('the budget goes where it gains most', () => {
    expect(map({})).toMatchObject({ kind: 'category-map', map: [1, 1] });
    const some = map({ budget: 2 });
    expect(some.map).toEqual([1, 0]);
    expect([some.cost, some.quality]).toEqual([2, 0.8]);
    expect(map({ budget: 1.99 }).map).toEqual([0, 0]);
    expect([some.choose([0]), some.choose([1])]).toEqual([1, 0]);
  });

  test('a budget that equals a sum of costs is enough, whatever its last digit', () => {
    const tenths = { ...table, cost: [[0.1, 0.3], [0.1, 0.3], [0.1, 0.3], [0.1, 0.3]] }; // prettier-ignore
    const found = routing.categoryMap(tenths, { classify: ([x]) => x, categories: 2, budget: 0.1 });
    expect(found.map).toEqual([0, 0]);
  });

  test('refusals', () => {
    expect(() => map({ budget: 0.5 })).toThrow(refusal('routing.categoryMap: budget must allow the cheapest model of each category, got 0.5')); // prettier-ignore
    expect(() => map({ budget: -1 })).toThrow(refusal('routing.categoryMap: budget must be a number of at least 0, got -1')); // prettier-ignore
    for (const category of [2, -1, 0.5]) {
      expect(() => map({ classify: () => category })).toThrow(refusal(`routing.categoryMap: classify must give 0..1, got ${category}`)); // prettier-ignore
    }
  });
});

describe('routing.pilot', () => {
  test('by the mean cosine with the pilots, the first of equals', () => {
    const router = routing.pilot({ a: [[1, 0], [0, 1]], b: [[1, 1]] }); // prettier-ignore
    const [a, b] = router.similarities([2, 0]);
    expect([a, b]).toEqual([0.5, expect.closeTo(Math.SQRT1_2, 12)]);
    expect([router.kind, router.choose([2, 0])]).toEqual(['pilot', 1]);
    router.add('c', [[3, 0]]);
    expect([router.experts, router.choose([2, 0])]).toEqual([['a', 'b', 'c'], 2]);
    router.remove('b');
    expect([router.experts, router.choose([2, 0]), router.choose([0, 1])]).toEqual([['a', 'c'], 1, 0]);
  });

  test('refusals', () => {
    const router = routing.pilot({ a: [[1]] });
    const rule = 'routing.pilot: an expert must have a name of its own and at least one pilot, got';
    expect(() => router.add('a', [[1]])).toThrow(refusal(`${rule} {"name":"a","pilots":1}`));
    expect(() => router.add('b', [])).toThrow(refusal(`${rule} {"name":"b","pilots":0}`));
    expect(() => router.remove('a')).toThrow(refusal('routing.pilot: the expert must be one of a, and not the last, got a')); // prettier-ignore
    router.add('b', [[1]]);
    expect(() => router.remove('c')).toThrow(refusal('routing.pilot: the expert must be one of a, b, and not the last, got c')); // prettier-ignore
    expect(() => routing.pilot({})).toThrow('routing.pilot: there must be an expert, got {}');
  });
});

describe('routing.expertRegistry', () => {
  test('asks whom the selector names, once each, in its order, and counts', async () => {
    const registry = routing.expertRegistry<number, number>({
      experts: { twice: (x) => 2 * x, never: () => 0 },
      select: (x, names) => (x > 0 ? [...names].reverse().filter((name) => name !== 'never') : ['twice', 'twice'])
    });
    registry.register('squared', (x) => Promise.resolve(x * x));
    expect(registry.names).toEqual(['twice', 'never', 'squared']);
    expect(Object.entries(await registry.ask(3))).toEqual([['squared', 9], ['twice', 6]]); // prettier-ignore
    expect(await registry.ask(-1)).toEqual({ twice: -2 });
    expect(registry.calls).toEqual({ twice: 2, never: 0, squared: 1 });
    expect(() => registry.register('twice', () => 1)).toThrow(refusal('routing.expertRegistry: names of experts must differ, got twice')); // prettier-ignore
  });
});

describe('tables', () => {
  const rule = 'features, quality and cost must have a row of finite numbers for each of 4 queries';
  // prettier-ignore
  test.each<[string, Partial<routing.QueryTable>, string]>([
    ['no query', { features: [] }, 'the table must have a query and a model, got {"queries":0,"models":2}'],
    ['no model', { models: [] }, 'the table must have a query and a model, got {"queries":4,"models":0}'],
    ['features of two widths', { features: [[1], [1], [1], [1, 2]] }, `${rule}, got {"features":4,"quality":4,"cost":4}`],
    ['a quality that is none', { quality: [...TABLE.quality.slice(1), [1, NaN]] }, `${rule}, got {"features":4,"quality":4,"cost":4}`],
    ['costs of fewer queries', { cost: TABLE.cost.slice(1) }, `${rule}, got {"features":4,"quality":4,"cost":3}`]
  ])('%s', (_name, more, message) => {
    const table = { ...TABLE, ...more };
    expect(() => routing.knn(table, { k: 1 })).toThrow(refusal(`routing.knn: ${message}`));
    expect(() => routing.ridge(table)).toThrow(refusal(`routing.ridge: ${message}`));
    expect(() => routing.bench(table, { routers: {} })).toThrow(refusal(`routing.bench: ${message}`));
    expect(() => routing.categoryMap(table, { classify: () => 0, categories: 1 })).toThrow(refusal(`routing.categoryMap: ${message}`)); // prettier-ignore
  });

  test('options', () => {
    expect(() => routing.knn(TABLE, { k: 0 })).toThrow(refusal('routing.knn: k must be an integer 1..4, got 0'));
    expect(() => routing.knn(TABLE, { k: 1, metric: 'city' as 'cosine' })).toThrow(refusal('routing.knn: metric must be one of euclidean, cosine, got city')); // prettier-ignore
    for (const make of [
      (price: number) => routing.knn(TABLE, { k: 1, costWeight: price }),
      (price: number) => routing.ridge(TABLE, { costWeight: price }),
      (price: number) => routing.bench(TABLE, { routers: {}, costWeights: [0, price] })
    ]) {
      // prettier-ignore
      expect(() => make(-1)).toThrow(/costWeight must be a number of at least 0, got -1$/);
    }
    expect(() => routing.ridge(TABLE, { ridge: 0 })).toThrow(refusal('routing.ridge: ridge must be a number of at least 1e-9, got 0')); // prettier-ignore
  });
});

test('routing.bench: what models mixed at random reach is a line over those that lie under it', () => {
  const table: routing.QueryTable = {
    models: ['a', 'under', 'corner', 'far', 'worse'],
    features: [[0]],
    quality: [[0, 0.2, 0.8, 1, 0.9]],
    cost: [[0, 1, 2, 4, 5]]
  };
  const { randomMix, singles, routers, front, bestSingle } = routing.bench(table, {
    routers: { fixed: () => ({ kind: 'test', choose: () => 2 }), dear: () => ({ kind: 'test', choose: () => 3 }) },
    costWeights: [0, 0.5]
  });
  // From 0 to 0.8 over a cost of 2; 0.2 at a cost of 1 lies under that line.
  expect(randomMix).toEqual([{ cost: 0, quality: 0 }, { cost: 2, quality: 0.8 }, { cost: 4, quality: 1 }]); // prettier-ignore
  expect(singles.worse).toEqual({ cost: 5, quality: 0.9 });
  expect(bestSingle.map(({ model, utility }) => [model, utility])).toEqual([['far', 1], ['a', 0]]); // prettier-ignore
  expect(routers.fixed.map(({ utility, regret }) => [utility, regret])).toEqual([[0.8, expect.closeTo(0.2, 12)], [expect.closeTo(-0.2, 12), expect.closeTo(0.2, 12)]]); // prettier-ignore
  expect(front.map(({ router, costWeight }) => [router, costWeight])).toEqual([['fixed', 0], ['dear', 0]]); // prettier-ignore
});
