import { readFileSync } from 'fs';
import { join } from 'path';
import { gunzipSync } from 'zlib';
import { core, nas } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { bestsOf, median, openTable, tpeBests, TRIALS } from '../../support/graphTables';

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

/** A table of those that lie here. */
async function open(table: 'cora' | 'arxiv') {
  const file = join(import.meta.dirname, `../../parity/fixtures/nasBenchGraph/${table}.json.gz`);
  const { rows } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { rows: [number, number, number][] };
  return { ...(await openTable(table, { rows: rows.map(([h, v, t]) => [h, v, t, h, 0]) })), size: rows.length };
}

// Medians of the best validation in 100 trials: of 200 seeds here, beside those that others measured with their own random search
// and aged evolution (population 20, sample 5).
describe.each([
  ['cora', 0.808, 0.807, 0.8103],
  ['arxiv', 0.7308, 0.7332, 0.7342]
] as const)('NAS-Bench-Graph, %s', (table, randomThere, evolutionThere, tpeThere) => {
  test('every candidate is one of the table, and graphs that differ in the numbers of their layers are one', async () => {
    const { space, measure, size } = await open(table);
    const forms = new Map<string, number>();
    for (const point of space.points()) {
      const { latency: row } = measure(point);
      const hash = space.hash(point);
      expect(forms.get(hash) ?? row).toBe(row);
      forms.set(hash, row);
    }
    expect([forms.size, new Set(forms.values()).size]).toEqual([size, size]);
  });

  test('random search has the median of the best that the table says, and what others found; evolution is better', async () => {
    const opened = await open(table);
    const values = [...opened.space.points()].map(opened.value);
    const best = (strategy: nas.Strategy) => median(bestsOf(strategy, opened, SEEDS));
    const random = best(nas.random());
    // The best of n draws is at its median where a draw is below with probability 0.5^(1/n).
    const exact = values.sort((a, b) => a - b)[Math.floor(values.length * 0.5 ** (1 / TRIALS))];
    expect(Math.abs(random - exact)).toBeLessThan(0.0007);
    expect(Math.abs(random - randomThere)).toBeLessThan(0.001);
    const evolution = best(nas.agedEvolution());
    expect(evolution).toBeGreaterThan(random);
    expect(evolution).toBeGreaterThan(evolutionThere);
  });

  // The others' evolution tries children again that it has tried; how it mutates is not known.
  test('evolution by the conventions of others finds what they found, as far as medians of ten seeds tell', async () => {
    const opened = await open(table);
    const bests = (strategy: nas.Strategy, repeats: boolean) => bestsOf(strategy, opened, SEEDS.slice(0, 40), repeats);
    const [ours, again, each] = [
      bests(nas.agedEvolution(), false),
      bests(nas.agedEvolution(), true),
      bests(nas.agedEvolution({ mutationRate: 0.2 }), true)
    ];
    expect(median(again)).toBeLessThan(median(ours));
    expect(median(each)).toBeLessThan(median(again));
    const next = core.Random.fromSeed(0).generator();
    const ofTen = () => median(Array.from({ length: 10 }, () => each[Math.floor(next() * each.length)]));
    const medians = Array.from({ length: 1000 }, ofTen).sort((a, b) => a - b);
    expect(medians[25]).toBeLessThanOrEqual(evolutionThere);
    expect(medians[975]).toBeGreaterThanOrEqual(evolutionThere);
  });

  test("TPE by a seed finds what Python's Optuna does, and in the median of seeds what others found", async () => {
    const { space, value } = await open(table);
    const { repeats, distinct } = tpeBests()[table]!;
    expect(Math.abs(median(repeats) - tpeThere)).toBeLessThan(0.001);
    const { trials, best } = await nas.study({
      ...{ space, storage: 'optuna-memory', trials: TRIALS, progress: false, evaluate: ({ point }) => value(point) },
      ...{ strategy: nas.optuna({ seed: 7 }), objectives: [{ name: 'value', better: 'higher' }] }
    });
    expect(new Set(trials.map(({ parameters }) => space.hash(parameters))).size).toBe(TRIALS);
    expect(best!.values.value).toBeCloseTo(distinct[7], 4);
  });
});

test('the table of proteins has five operations, by the numbers that they have among nine', async () => {
  // gcn, sage, arma in a row, then fc; and a skip before sage.
  const { space, value } = await openTable('proteins', { rows: [[81457, 0.8, 0, 0, 0], [88844, 0.7, 0, 0, 0]] }); // prettier-ignore
  const point = (links: string, ...operations: string[]): nas.Point =>
    Object.fromEntries([['links', links], ...operations.map((each, i) => [`operations.${i}`, each])]) as nas.Point;
  expect(value(point('0123', 'gcn', 'sage', 'arma', 'fc'))).toBe(0.8);
  expect(value(point('0123', 'sage', 'skip', 'sage', 'skip'))).toBe(0.7);
  expect(space.leaves[1].domain).toMatchObject({ values: ['gcn', 'sage', 'arma', 'fc', 'skip'] });
});

test('what the table has not is said; a table that is none is refused', async () => {
  await expect(nas.nasBenchGraph({ table: 'imagenet' as never })).rejects.toThrow(
    'nas.nasBenchGraph: table must be one of cora'
  );
  const { evaluate } = await nas.nasBenchGraph({ table: 'proteins', rows: [] });
  expect(() =>
    evaluate({ candidate: { links: '0123', operations: ['gcn', 'gcn', 'fc', 'fc'] } } as never, {} as never)
  ).toThrow('nas.tabular: the table must have the candidate, got gcn(gcn(fc(fc())))');
});
