import { core, routing } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { mean } from '../support/regression';
import { makeQueries } from '../support/queries';

const { Random } = core;
const SEEDS = [1, 2, 3, 4, 5];

const normal = (random: core.Random, shape: number[]): number[][] => {
  const values = random.normal(shape);
  const rows = values.arraySync() as number[][];
  values.dispose();
  return rows;
};

/** Mean of a thing over seeds. */
const overSeeds = (of: (seed: number) => number): number => mean(SEEDS.map(of));

describe('[routerretriever]', () => {
  const DOMAINS = 4;
  const WIDTH = 16;

  /**
   * Documents and queries of four domains. What a document says is in four directions of its domain's own, under noise in all
   * the others; the domain's expert looks at those alone. A query is a document's content again, with other noise.
   */
  function corpus(seed: number) {
    const random = Random.fromSeed(seed).child('retrieval');
    const domains = Array.from({ length: DOMAINS }, (_, d) => {
      const own = random.child(d);
      const content = normal(own.child('content'), [20, 4]);
      const item = (name: string) => {
        const noise = normal(own.child(name), [20, WIDTH]);
        return noise.map((row, i) =>
          row.map((x, j) => (Math.floor(j / 4) === d ? content[i][j % 4] + 0.2 * x + 1 : x))
        );
      };
      return { documents: item('documents'), queries: item('queries'), pilots: item('pilots').slice(0, 10) };
    });
    const expert = (d: number) => (row: number[]) => row.slice(4 * d, 4 * d + 4);
    return { domains, expert, pilots: Object.fromEntries(domains.map(({ pilots }, d) => [`domain ${d}`, pilots])) };
  }

  const cosine = (a: number[], b: number[]) => {
    const dot = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i], 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  };

  /** nDCG of the one right document among all: 1 / log2(1 + rank). */
  function gain(query: number[], right: number[], documents: number[][], encode: (row: number[]) => number[]): number {
    const score = (row: number[]) => cosine(encode(query), encode(row));
    const rank = documents.filter((row) => score(row) > score(right)).length + 1;
    return 1 / Math.log2(1 + rank);
  }

  test('routing by pilots finds the domain, and its expert finds documents better than one encoder for all', () => {
    const measured = SEEDS.map((seed) => {
      const { domains, expert, pilots } = corpus(seed);
      const router = routing.pilot(pilots);
      const documents = domains.flatMap((domain) => domain.documents);
      const each = domains.flatMap(({ queries, documents: own }, d) =>
        queries.map((query, i) => {
          const chosen = router.choose(query);
          const ndcg = (encode: (row: number[]) => number[]) => gain(query, own[i], documents, encode);
          return { right: chosen === d ? 1 : 0, routed: ndcg(expert(chosen)), generic: ndcg((row) => row) };
        })
      );
      return (['right', 'routed', 'generic'] as const).map((name) => mean(each.map((one) => one[name])));
    });
    expect(mean(measured.map(([right]) => right))).toBeGreaterThan(0.7);
    expect(mean(measured.map(([, routed, generic]) => routed - generic))).toBeGreaterThan(0.05);
  });

  test('an expert added and removed leaves every decision as it was', () => {
    const { domains, pilots } = corpus(1);
    const { 'domain 3': late, ...early } = pilots;
    const router = routing.pilot(early);
    const queries = domains.flatMap((domain) => domain.queries);
    const before = queries.map((query) => router.similarities(query));
    router.add('domain 3', late);
    expect(mean(domains[3].queries.map((query) => (router.choose(query) === 3 ? 1 : 0)))).toBeGreaterThan(0.5);
    router.remove('domain 3');
    expect(queries.map((query) => router.similarities(query))).toEqual(before);
    expect(() => router.add('domain 0', late)).toThrow('a name of its own');
    expect(() => router.remove('domain 9')).toThrow('must be one of domain 0, domain 1, domain 2');
  });
});

describe('[accel-selector]', () => {
  /** 200 tasks with six features; how fast each of five accelerations is depends on the features, in its own way. */
  function history(seed: number, shuffled: boolean) {
    const random = Random.fromSeed(seed).child('accelerations');
    const features = normal(random.child('features'), [200, 6]);
    const ways = normal(random.child('ways'), [5, 6]);
    const noise = normal(random.child('noise'), [200, 5]);
    const rows = features.map((task, t) =>
      ways.map((way, a) => way.reduce((sum, w, i) => sum + w * task[i], 0.2 * a) + 0.3 * noise[t][a])
    );
    const quality = shuffled ? random.shuffle(rows) : rows;
    const cost = rows.map((row) => row.map(() => 0));
    const models = ways.map((_, a) => `acceleration ${a}`);
    const part = (from: number, to: number) => ({
      ...{ models, features: features.slice(from, to), quality: quality.slice(from, to), cost: cost.slice(from, to) }
    });
    return { train: part(0, 150), test: part(150, 200) };
  }

  /** How much less is lost than by the acceleration that is best on average, and by a random one. */
  function advantage(seed: number, shuffled: boolean): [number, number] {
    const { train, test: unseen } = history(seed, shuffled);
    const report = routing.bench(unseen, { routers: { selector: () => routing.ridge(train) } });
    const oracle = report.oracle[0].quality;
    const average = mean(Object.values(report.singles).map(({ quality }) => oracle - quality));
    // The best on average of the history, not of the tasks it is tried on.
    const { model } = routing.bench(train, { routers: {} }).bestSingle[0];
    const best = oracle - report.singles[model].quality;
    const { regret } = report.routers.selector[0];
    return [best - regret, average - regret];
  }

  test('on tasks never seen it loses less than the best on average and than a random one, unless features say nothing', () => {
    expect(overSeeds((seed) => advantage(seed, false)[0])).toBeGreaterThan(1);
    expect(overSeeds((seed) => advantage(seed, false)[1])).toBeGreaterThan(1);
    expect(Math.abs(overSeeds((seed) => advantage(seed, true)[0]))).toBeLessThan(0.5);
  });
});

describe('[coe]', () => {
  const CATEGORIES = 4;
  const classify = ([x, y]: readonly number[]) => 2 * (x > 0.5 ? 1 : 0) + (y > 0.5 ? 1 : 0);

  function outcomes(table: routing.QueryTable) {
    const rows = table.features.map((features, query) => ({ category: classify(features), query }));
    const total = (map: number[], of: 'cost' | 'quality') =>
      mean(rows.map(({ category, query }) => table[of][query][map[category]]));
    const maps = Array.from({ length: 4 ** CATEGORIES }, (_, code) =>
      Array.from({ length: CATEGORIES }, (__, c) => Math.floor(code / 4 ** c) % 4)
    );
    return maps.map((map) => ({ cost: total(map, 'cost'), quality: total(map, 'quality') }));
  }

  test('the mapping is the best of all within every budget, and better with a larger one', () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const table = makeQueries({ seed, queries: 120, bumps: 3 });
      const all = outcomes(table);
      let last = -Infinity;
      for (let budget = 1; budget <= 4; budget += 0.125) {
        const router = routing.categoryMap(table, { classify, categories: CATEGORIES, budget });
        const best = Math.max(...all.filter(({ cost }) => cost <= budget + 1e-9).map(({ quality }) => quality));
        expect(router.quality).toBeCloseTo(best, 9);
        expect(router.cost).toBeLessThanOrEqual(budget + 1e-9);
        expect(router.quality).toBeGreaterThanOrEqual(last);
        last = router.quality;
      }
    }
  });

  test('no single expert is better for its cost', () => {
    const table = makeQueries({ seed: 1, queries: 200, bumps: 3 });
    const { singles, routers } = routing.bench(table, {
      routers: Object.fromEntries(
        [1, 2, 3, 4].map((budget) => [
          `model ${budget - 1}`,
          () => routing.categoryMap(table, { classify, categories: CATEGORIES, budget })
        ])
      )
    });
    const gains = Object.entries(singles).map(([name, single]) => {
      // Model i costs i + 1: the router named after it has that for a budget.
      expect(routers[name][0].cost).toBeLessThanOrEqual(single.cost + 1e-9);
      return routers[name][0].quality - single.quality;
    });
    expect(Math.min(...gains)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...gains)).toBeGreaterThan(0.05);
  });

  test('with one category it is the best single expert within the budget', () => {
    const table = makeQueries({ seed: 2, queries: 100 });
    const { singles } = routing.bench(table, { routers: {} });
    for (const budget of [1, 2.5, 4]) {
      const router = routing.categoryMap(table, { classify: () => 0, categories: 1, budget });
      const best = Math.max(...Object.values(singles).filter(({ cost }) => cost <= budget).map(({ quality }) => quality)); // prettier-ignore
      expect(router.quality).toBeCloseTo(best, 9);
    }
    expect(() => routing.categoryMap(table, { classify: () => 0, categories: 1, budget: 0.5 })).toThrow(
      'budget must allow'
    );
    expect(() => routing.categoryMap(table, { classify: () => 1, categories: 1 })).toThrow(
      'classify must give 0..0, got 1'
    );
  });
});

describe('[iox]', () => {
  interface Signal {
    lineOfSight: boolean;
    doppler: boolean;
    fading: boolean;
    asks: string[];
  }

  const signals: Signal[] = Array.from({ length: 64 }, (_, i) => ({
    ...{ lineOfSight: (i & 1) > 0, doppler: (i & 2) > 0, fading: (i & 4) > 0 },
    asks: ['lineOfSight', 'doppler', 'fading'].filter((__, attribute) => (i >> (3 + attribute)) % 2 === 1)
  }));

  /** An agent that asks for what the task needs, as far as there is an expert; it guesses the rest. */
  function registry() {
    return routing.expertRegistry<Signal, boolean>({
      experts: { lineOfSight: (signal) => signal.lineOfSight, doppler: async (signal) => signal.doppler },
      select: (signal, names) => signal.asks.filter((name) => names.includes(name))
    });
  }

  async function accuracy(experts: routing.ExpertRegistry<Signal, boolean>, attribute: 'fading' | 'doppler') {
    const asked = signals.filter(({ asks }) => asks.includes(attribute));
    const right = await Promise.all(
      asked.map(async (signal) => ((await experts.ask(signal))[attribute] ?? false) === signal[attribute])
    );
    return mean(right.map(Number));
  }

  test('only the experts that are asked for run, each once, with the same answers each time', async () => {
    const experts = registry();
    const asked = signals.map(({ asks }) => asks.filter((name) => name !== 'fading'));
    const answers = await Promise.all(signals.map((signal) => experts.ask(signal)));
    expect(answers.map((answer) => Object.keys(answer))).toEqual(asked);
    expect(experts.calls).toEqual({
      lineOfSight: asked.filter((names) => names.includes('lineOfSight')).length,
      doppler: asked.filter((names) => names.includes('doppler')).length
    });
    expect(await Promise.all(signals.map((signal) => experts.ask(signal)))).toEqual(answers);
  });

  test('a new expert raises accuracy on its attribute and nowhere else', async () => {
    const experts = registry();
    expect(await accuracy(experts, 'doppler')).toBe(1);
    expect(await accuracy(experts, 'fading')).toBe(0.5);
    experts.register('fading', (signal) => signal.fading);
    expect(await accuracy(experts, 'fading')).toBe(1);
    expect(await accuracy(experts, 'doppler')).toBe(1);
  });

  test('an expert that is not there is refused, and none runs', async () => {
    const experts = routing.expertRegistry<number, number>({
      experts: { one: (x) => x },
      select: () => ['one', 'two']
    });
    await expect(experts.ask(1)).rejects.toThrow('select must name experts out of one, got two');
    expect(experts.calls).toEqual({ one: 0 });
    expect(() => experts.register('one', (x) => x)).toThrow('names of experts must differ, got one');
  });
});
