import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, nas } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const space = () => nas.space({ a: nas.integer(0, 9), b: nas.categorical(['x', 'y', 'z']), c: nas.float(0, 1) });
const small = () => nas.space({ a: nas.integer(0, 2), b: nas.categorical(['x', 'y']) });
/** Lowest at a = 7, b = y, c = 0.3. */
const cost = ({ a, b, c = 0.3 }: nas.Point): number =>
  ((a as number) - 7) ** 2 / 9 + (b === 'y' ? 0 : 1) + ((c as number) - 0.3) ** 2;

/** Every strategy that runs in this process, in the file of its name. */
const members: Record<string, () => nas.Strategy> = {
  agedEvolution: () => nas.agedEvolution({ population: 6, sample: 3 }),
  asha: () => nas.asha({ minResource: 1, maxResource: 9, sampler: nas.agedEvolution({ population: 4, sample: 2 }) }),
  bayesian: () => nas.bayesian({ initial: 6, candidates: 20 }),
  conservative: () => nas.conservative({ initial: 3 }),
  genetic: () => nas.genetic({ population: 6 }),
  grid: () => nas.grid({ points: 3 }),
  hyperband: () => nas.hyperband({ minResource: 1, maxResource: 9 }),
  localSearch: () => nas.localSearch({ initial: 3 }),
  ppo: () => nas.ppo({ batch: 4 }),
  random: () => nas.random(),
  reinforce: () => nas.reinforce(),
  surrogate: () => nas.surrogate({ initial: 6, population: 6, generations: 2 })
};
/** Parts, and strategies that wait for another process or for yours; these have tests of their own. */
const OTHERS = ['index', 'strategy', 'pointSearcher', 'policy', 'controller', 'rungs', 'optuna', 'proposer'];

const start = (strategy: nas.Strategy, of = space(), seed = 0, saved?: unknown): nas.Searcher =>
  strategy.start({ space: of, objectives: 1, random: core.Random.fromSeed(seed), repeats: false, optuna: null }, saved);

/** Asks up to `count` times with `workers` that end in turn; gives what was proposed. */
function drive(
  searcher: nas.Searcher,
  from: number,
  count: number,
  running: [number, nas.Proposal][] = [],
  workers = 3
) {
  const asked: nas.Proposal[] = [];
  for (let id = from; id < from + count; id++) {
    let proposal = searcher.ask(id) as nas.Proposal | 'wait' | 'done';
    while (running.length >= workers || (typeof proposal === 'string' && running.length > 0)) {
      const [ended, { point, resource }] = running.shift()!;
      // Every seventh fails.
      const costs = ended % 7 === 3 ? null : [cost(point)];
      searcher.tell({ id: ended, point, costs, violation: 0, ...(resource !== undefined && { resource }) });
      proposal = typeof proposal === 'string' ? (searcher.ask(id) as nas.Proposal) : proposal;
    }
    if (typeof proposal === 'string') {
      break;
    }
    asked.push(proposal);
    running.push([id, proposal]);
  }
  return asked;
}

test('no strategy is left out', () => {
  const folder = join(import.meta.dirname, '../../../kernel-lib/src/search/strategy');
  const files = readdirSync(folder).map((file) => file.replace('.ts', ''));
  expect([...Object.keys(members), ...OTHERS].sort()).toEqual(files.sort());
});

describe.each(Object.entries(members))('%s', (_name, make) => {
  test('proposes feasible candidates of the space, each once, the same by the same seed', () => {
    const [one, two] = [0, 1].map(() => drive(start(make()), 0, 40));
    expect(one).toEqual(two);
    expect(one.length).toBeGreaterThan(20);
    one.forEach(({ point }) => space().check(point));
    const begun = one.filter(({ resumes }) => resumes !== true).map(({ point }) => space().hash(point));
    expect(new Set(begun).size).toBe(begun.length);
    if (make().kind !== 'grid') {
      expect(drive(start(make(), space(), 1), 0, 40)).not.toEqual(one);
    }
  });

  test('saved as JSON and loaded at any point it goes on as without', () => {
    const whole = drive(start(make()), 0, 40);
    for (const at of [0, 1, 7, 20]) {
      const running: [number, nas.Proposal][] = [];
      const first = start(make());
      const before = drive(first, 0, at, running);
      const loaded = start(make(), space(), 0, JSON.parse(JSON.stringify(first.save())));
      expect([...before, ...drive(loaded, at, 40 - at, running)]).toEqual(whole);
    }
  });

  test('is JSON and is made anew from it', () => {
    const data = JSON.parse(JSON.stringify(make())) as nas.Strategy;
    const again = nas.strategies.of(data);
    expect(JSON.parse(JSON.stringify(again))).toEqual(data);
    expect(drive(start(again), 0, 20)).toEqual(drive(start(make()), 0, 20));
  });

  test('a space smaller than the trials ends it, each candidate proposed once', () => {
    const searcher = start(make(), small());
    const asked = drive(searcher, 0, 400);
    const begun = asked.filter(({ resumes }) => resumes !== true).map(({ point }) => small().hash(point));
    expect(new Set(begun).size).toBe(begun.length);
    expect(begun).toHaveLength(6);
    expect(searcher.ask(999)).toBe('done');
  });

  test('constraints hold, and one that nobody meets ends in an error', () => {
    const limited = (atMost: number) =>
      nas.space(
        { a: nas.integer(0, 9), b: nas.integer(0, 9) },
        { constraints: [{ name: 'sum', of: ({ a, b }) => (a as number) + (b as number), atMost }] }
      );
    drive(start(make(), limited(5)), 0, 15).forEach(({ point }) => expect(limited(5).isFeasible(point)).toBe(true));
    const searcher = start(make(), limited(-1));
    if (make().kind === 'grid') {
      expect(searcher.ask(0)).toBe('done');
    } else {
      expect(() => searcher.ask(0)).toThrow('one must meet the constraint "sum"');
    }
  });
});

describe('strategies by hand', () => {
  const told = (id: number, point: nas.Point, value: number | null) => ({
    ...{ id, point, violation: 0 },
    costs: value === null ? null : [value]
  });

  test('aged evolution: the oldest goes, however good; a child is the mutant of the best of its sample', () => {
    const of = nas.space({ a: nas.integer(0, 99), b: nas.integer(0, 99) });
    const searcher = start(nas.agedEvolution({ population: 3, sample: 3 }), of);
    const points = [0, 1, 2].map((id) => (searcher.ask(id) as nas.Proposal).point);
    [0, 5, 3].forEach((value, i) => searcher.tell(told(i, points[i], value)));
    const first = searcher.ask(3) as nas.Proposal;
    expect(first.parent).toBe(0);
    expect(Object.keys(first.point).filter((label) => first.point[label] !== points[0][label])).toHaveLength(1);
    // The child is bad; the best, which is the oldest, goes all the same, and 2 is the best of those that live.
    searcher.tell(told(3, first.point, 9));
    for (let id = 4; id < 24; id++) {
      expect((searcher.ask(id) as nas.Proposal).parent).toBe(2);
    }
  });

  test('aged evolution with a rate: a child differs in as many choices as the rate has it', () => {
    const of = nas.space({ a: nas.repeated(8, nas.integer(0, 99)) });
    const changes = (mutationRate?: number) => {
      const searcher = start(nas.agedEvolution({ population: 1, sample: 1, mutationRate }), of);
      const { point } = searcher.ask(0) as nas.Proposal;
      searcher.tell(told(0, point, 0));
      const child = (searcher.ask(1) as nas.Proposal).point;
      return Object.keys(point).filter((label) => child[label] !== point[label]).length;
    };
    expect([changes(), changes(1)]).toEqual([1, 8]);
    expect(nas.agedEvolution().options).toEqual({ population: 20, sample: 5 });
    expect(nas.agedEvolution({ mutationRate: 0.2 }).options).toMatchObject({ mutationRate: 0.2 });
    for (const mutationRate of [0, 1.5, NaN]) {
      expect(() => nas.agedEvolution({ mutationRate })).toThrow('nas.agedEvolution: mutationRate must be a number');
    }
  });

  test('grid: in order, the last choice fastest', () => {
    const of = nas.space({ a: nas.integer(0, 1), b: nas.float(1, 100, { log: true }) });
    expect(
      drive(start(nas.grid({ points: 3 }), of), 0, 10).map(({ point }) => [point.a, Math.round(point.b as number)])
    ).toEqual([
      [0, 1],
      [0, 10],
      [0, 100],
      [1, 1],
      [1, 10],
      [1, 100]
    ]);
  });

  test('local search climbs to the top of a hill, then begins anew', () => {
    const of = nas.space({ a: nas.integer(0, 30), b: nas.integer(0, 30) });
    const searcher = start(nas.localSearch({ initial: 1 }), of);
    const away = ({ a, b }: nas.Point) => Math.abs((a as number) - 20) + Math.abs((b as number) - 5);
    let steps = 0;
    for (let best = Infinity; best > 0; steps++) {
      const { point } = searcher.ask(steps) as nas.Proposal;
      best = Math.min(best, away(point));
      searcher.tell(told(steps, point, away(point)));
    }
    // Half of the four neighbours are nearer, so a way of at most 45 steps takes about twice as many.
    expect(steps).toBeLessThan(150);
    const after = Array.from({ length: 5 }, (_, i) => {
      const { point } = searcher.ask(steps + i) as nas.Proposal;
      searcher.tell(told(steps + i, point, away(point)));
      return away(point);
    });
    expect(after.slice(0, 3).every((each) => each === 1)).toBe(true);
    expect(Math.max(...after)).toBeGreaterThan(1);
  });

  test('genetic: children have the choices of parents that are on the front; a limit comes before the front', () => {
    const of = nas.space({ a: nas.repeated(10, nas.integer(0, 1)) });
    const searcher = nas
      .genetic({ population: 2, crossover: 1, mutation: 0 })
      .start({ space: of, objectives: 2, random: core.Random.fromSeed(0), repeats: true, optuna: null });
    const all = (value: number) => Object.fromEntries(of.leaves.map(({ label }) => [label, value]));
    [0, 1].forEach((id) => void searcher.ask(id));
    searcher.tell({ id: 0, point: all(0), costs: [0, 1], violation: 0 });
    searcher.tell({ id: 1, point: all(0), costs: [1, 0], violation: 0 });
    searcher.tell({ id: 2, point: all(1), costs: [0.5, 2], violation: 0 });
    searcher.tell({ id: 3, point: all(1), costs: [-1, -1], violation: 0.1 });
    expect((searcher.ask(4) as nas.Proposal).point).toEqual(all(0));
  });

  /** Probability of each value of the one choice, from logits in the saved state. */
  const policyOf = (searcher: nas.Searcher) => {
    const { own } = searcher.save() as { own: { logits: Record<string, number[]> } };
    const all = own.logits.a.map(Math.exp);
    return all.map((each) => each / all.reduce((x, y) => x + y));
  };
  const twoWays = () => nas.space({ a: nas.categorical(['x', 'y']) });
  const repeated = (strategy: nas.Strategy) =>
    strategy.start({ space: twoWays(), objectives: 1, random: core.Random.fromSeed(0), repeats: true, optuna: null });

  test('REINFORCE: logits move by the advantage, in standard deviations, times what the choice lacked of certainty', () => {
    const searcher = repeated(nas.reinforce({ learningRate: 0.5, entropy: 0 }));
    searcher.tell(told(0, { a: 'x' }, 4));
    expect(policyOf(searcher)).toEqual([0.5, 0.5]);
    // The reward is 2 above the mean; the running variance is 0.1 of 4.
    searcher.tell(told(1, { a: 'y' }, 2));
    const logit = 0.5 * (2 / Math.sqrt(0.4)) * 0.5;
    expect(policyOf(searcher)[1]).toBeCloseTo(Math.exp(logit) / (Math.exp(logit) + Math.exp(-logit)), 12);
    // What failed becomes less likely.
    const before = policyOf(searcher)[0];
    searcher.tell(told(2, { a: 'x' }, null));
    expect(policyOf(searcher)[0]).toBeLessThan(before);
  });

  test('REINFORCE: an entropy bonus brings a policy back to even, where rewards are equal', () => {
    const searcher = repeated(nas.reinforce({ learningRate: 0.5, entropy: 0.5 }));
    [4, 2, 2, 2].forEach((value, id) => searcher.tell(told(id, { a: id === 0 ? 'x' : 'y' }, value)));
    const high = policyOf(searcher)[1];
    for (let id = 4; id < 60; id++) {
      searcher.tell(told(id, { a: id % 2 === 0 ? 'x' : 'y' }, 2));
    }
    expect(high).toBeGreaterThan(0.6);
    expect(Math.abs(policyOf(searcher)[1] - 0.5)).toBeLessThan(0.1);
  });

  test('PPO: learns when a batch is whole, and a probability leaves its clip by one step at most', () => {
    const rate = 0.05;
    const searcher = repeated(nas.ppo({ batch: 2, epochs: 200, clip: 0.2, learningRate: rate, entropy: 0 }));
    searcher.tell(told(0, { a: 'x' }, 4));
    expect(policyOf(searcher)).toEqual([0.5, 0.5]);
    searcher.tell(told(1, { a: 'y' }, 2));
    const [, y] = policyOf(searcher);
    expect(y / 0.5).toBeGreaterThan(1.2);
    expect(y / 0.5).toBeLessThan(1.2 + 0.1);
  });

  test('strategies of one objective refuse several', () => {
    for (const strategy of [nas.agedEvolution(), nas.localSearch(), nas.asha({ minResource: 1, maxResource: 3 })]) {
      expect(() =>
        strategy.start({ space: space(), objectives: 2, random: core.Random.fromSeed(0), repeats: false, optuna: null })
      ).toThrow('there must be one objective');
    }
    expect(() => start(nas.optuna())).toThrow('nas.optuna: the study must be in a storage of Optuna');
  });
});

describe('asha', () => {
  /** Tells values at once, one worker; gives what was asked as "begun" or "id>resource". */
  function table(values: (number | null)[], options: Partial<Parameters<typeof nas.asha>[0]> = {}) {
    const searcher = start(
      nas.asha({ minResource: 1, maxResource: 9, eta: 3, ...options }),
      nas.space({ x: nas.float(0, 1) })
    );
    return values.map((value, id) => {
      const { point, resource, parent } = searcher.ask(id) as nas.Proposal;
      searcher.tell({ id, point, costs: value === null ? null : [value], violation: 0, resource });
      return parent === undefined ? 'new' : `${parent}>${resource}`;
    });
  }

  test('promotes as a table worked out by hand; fewer than eta promote none (ray#44256, ray#32634, ray#4401)', () => {
    // cost                5      1      4      1.5    0      6      7      0.5    8      9      2      3
    // ask                 0      1      2      3      4      5      6      7      8      9      10     11
    const asked = table([5, 1, 4, 1.5, 0, 6, 7, 0.5, 8, 9, 2, 3]);
    // Of 5, 1, 4 one goes on, 1. With 0 there are four, of whom still one, and 0 has not gone on. Six let two go on, 0 and 0.5. Then
    // three are on the second rung, 1.5 (ask 3), 6 and 8, and 3 goes to the top.
    expect(asked).toEqual(['new', 'new', 'new', '1>3', 'new', '4>3', 'new', 'new', '7>3', '3>9', 'new', 'new']);
  });

  test('of equal costs the earlier goes on; failed trials and infinite costs are on no rung', () => {
    expect(table([2, 2, 2, 2])).toEqual(['new', 'new', 'new', '0>3']);
    expect(table([null, Infinity, NaN, 1, 2, 3, 9])).toEqual(['new', 'new', 'new', 'new', 'new', 'new', '3>3']);
  });

  test.each([
    [1, 243, [1, 3, 9, 27, 81, 243]],
    [1, 9, [1, 3, 9]],
    [1, 10, [1, 3, 10]],
    [5, 5, [5]],
    [2, 1000, [2, 6, 18, 54, 162, 486, 1000].slice(0, 5).concat(1000)]
  ])('rungs from %d to %d', (minResource, maxResource, rungs) => {
    const seen = new Set<number>();
    const searcher = start(nas.asha({ minResource, maxResource }), nas.space({ x: nas.float(0, 1) }));
    for (let id = 0; id < 1500; id++) {
      const { point, resource, pauses } = searcher.ask(id) as nas.Proposal;
      seen.add(resource!);
      expect(pauses).toBe(resource !== maxResource);
      searcher.tell({ id, point, costs: [point.x as number], violation: 0, resource });
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(rungs);
  });

  test('who goes on is among the best floor(n / eta) of its rung at that time, with workers that end out of order', () => {
    const searcher = start(nas.asha({ minResource: 1, maxResource: 27 }), nas.space({ x: nas.float(0, 1) }));
    const next = core.Random.fromSeed(5).generator();
    const running: [number, nas.Proposal][] = [];
    const arrived = new Map<number, [id: number, cost: number][]>();
    let promoted = 0;
    for (let id = 0; id < 600; id++) {
      const proposal = searcher.ask(id) as nas.Proposal;
      const { resource = 0, parent } = proposal;
      if (parent !== undefined) {
        const rung = [...arrived.get(resource / 3)!].sort((a, b) => a[1] - b[1]);
        expect(rung.findIndex(([each]) => each === parent)).toBeLessThan(Math.floor(rung.length / 3));
        promoted++;
      }
      running.push([id, proposal]);
      if (running.length === 8) {
        const [[ended, { point, resource: spent = 0 }]] = running.splice(Math.floor(next() * 8), 1);
        // What a rung costs differs from the one before, so that ranks change.
        const value = (point.x as number) + 0.1 * next();
        arrived.set(spent, [...(arrived.get(spent) ?? []), [ended, value]]);
        searcher.tell({ id: ended, point, costs: [value], violation: 0, resource: spent });
      }
    }
    expect(promoted).toBeGreaterThan(100);
  });

  test('a state of other rungs is refused', () => {
    const saved = start(nas.asha({ minResource: 1, maxResource: 9 })).save();
    expect(() => start(nas.asha({ minResource: 1, maxResource: 27 }), space(), 0, saved)).toThrow(
      'nas.asha: the saved state must have these rungs (1, 3, 9, 27), got 1, 3, 9'
    );
  });
});

test("hyperband's brackets are those of its paper, for 81 and eta 3", () => {
  const searcher = start(nas.hyperband({ minResource: 1, maxResource: 81 }), nas.space({ x: nas.float(0, 1) }));
  const rounds: [number, number][] = [];
  for (let id = 0; ; id++) {
    const proposal = searcher.ask(id) as nas.Proposal | 'wait' | 'done';
    if (typeof proposal === 'string') {
      expect(proposal).toBe('done');
      break;
    }
    const { resource = 0, point, resumes } = proposal;
    const last = rounds.at(-1);
    if (last !== undefined && last[1] === resource && (resumes === true || rounds.length === 1 || last[0] < 81)) {
      last[0]++;
    } else {
      rounds.push([1, resource]);
    }
    searcher.tell({ id, point, costs: [point.x as number], violation: 0, resource });
  }
  // n_i and r_i of each bracket; neighbouring rounds of one resource (81 of two brackets) are added up.
  expect(rounds).toEqual([
    [81, 1],
    [27, 3],
    [9, 9],
    [3, 27],
    [1, 81],
    [34, 3],
    [11, 9],
    [3, 27],
    [1, 81],
    [15, 9],
    [5, 27],
    [1, 81],
    [8, 27],
    [2 + 5, 81]
  ]);
});

test.each([
  [() => nas.agedEvolution({ population: 3, sample: 4 }), 'nas.agedEvolution: sample must be an integer 1..3, got 4'],
  [() => nas.genetic({ crossover: 2 }), 'nas.genetic: crossover must be a number 0..1, got 2'],
  [() => nas.reinforce({ learningRate: 0 }), 'nas.reinforce: learningRate must be a number of at least 1e-9, got 0'],
  [() => nas.ppo({ batch: 0 }), 'nas.ppo: batch must be an integer of at least 1, got 0'],
  [() => nas.bayesian({ initial: 0 }), 'nas.bayesian: initial must be an integer of at least 1, got 0'],
  [() => nas.grid({ points: 0 }), 'nas.grid: points must be an integer of at least 1, got 0'],
  [() => nas.asha({ minResource: 0, maxResource: 9 }), 'nas.asha: minResource must be an integer of at least 1, got 0'],
  [
    () => nas.hyperband({ minResource: 9, maxResource: 3 }),
    'nas.hyperband: maxResource must be an integer of at least 9, got 3'
  ],
  [() => nas.asha({ minResource: 1, maxResource: 9, eta: 1 }), 'nas.asha: eta must be an integer of at least 2, got 1'],
  [() => nas.optuna({ sampler: 'best' as never }), 'nas.optuna: sampler must be one of tpe, gp, cmaes']
])('refuses %#', (act, message) => {
  expect(act).toThrow(message);
});

test('a search finds the best sooner than chance, in the median of seeds', () => {
  const reached = (make: () => nas.Strategy): number => {
    const bests = Array.from({ length: 15 }, (_, seed) => {
      const searcher = start(make(), nas.space({ a: nas.repeated(8, nas.integer(0, 4)) }), seed);
      const of = (point: nas.Point) =>
        Object.values(point).reduce((sum: number, value) => sum + Math.abs((value as number) - 3), 0);
      let best = Infinity;
      for (let id = 0; id < 150; id++) {
        const { point } = searcher.ask(id) as nas.Proposal;
        best = Math.min(best, of(point));
        searcher.tell({ id, point, costs: [of(point)], violation: 0 });
      }
      return best;
    });
    return bests.sort((a, b) => a - b)[7];
  };
  const chance = reached(nas.random);
  for (const make of [nas.agedEvolution, nas.genetic, nas.localSearch, nas.reinforce, nas.ppo]) {
    expect(reached(make)).toBeLessThan(chance);
  }
});

test('every strategy registers its kind', () => {
  const sources = Object.keys(members).map((name) =>
    readFileSync(join(import.meta.dirname, `../../../kernel-lib/src/search/strategy/${name}.ts`), 'utf8')
  );
  sources.forEach((source) => expect(source).toContain('strategies.register('));
});
