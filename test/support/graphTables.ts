import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, nas } from '@switchyard/kernel-lib';

/** Trials of a search on a table. */
export const TRIALS = 100;

type Rows = NonNullable<nas.NasBenchGraphOptions['rows']>;

/** What TPE of Optuna finds by each seed: as it is, and without what it tried before. */
export type TpeBests = Partial<Record<nas.GraphTable, { repeats: number[]; distinct: number[] }>>;

/** A table of NAS-Bench-Graph with its values by point, read once. */
export interface GraphTableValues {
  space: nas.Space;
  /** All measures of a point. */
  measure(point: nas.Point): Record<string, number>;
  /** Its validation performance. */
  value(point: nas.Point): number;
}

/** Opens a table from rows, or from the package in a Python. */
export async function openTable(
  table: nas.GraphTable,
  from: { rows: Rows } | { python: string }
): Promise<GraphTableValues> {
  const { space, evaluate } = await nas.nasBenchGraph({ table, ...from });
  const measure = (point: nas.Point) =>
    evaluate({ candidate: space.candidate(point) } as never, {} as never) as unknown as Record<string, number>;
  const known = new Map<string, number>();
  const value = (point: nas.Point): number => {
    const key = Object.values(point).join();
    const found = known.get(key) ?? measure(point).value;
    known.set(key, found);
    return found;
  };
  return { space, measure, value };
}

/** The best validation in 100 trials, by seeds; throws where a candidate is tried twice, unless repeats are asked for. */
export function bestsOf(
  strategy: nas.Strategy,
  { space, value }: GraphTableValues,
  seeds: readonly number[],
  repeats = false
): number[] {
  return seeds.map((seed) => {
    const random = core.Random.fromSeed(seed);
    const searcher = strategy.start({ space, objectives: 1, random, repeats, optuna: null });
    const tried = new Set<string>();
    let best = 0;
    for (let id = 0; id < TRIALS; id++) {
      const { point } = searcher.ask(id) as nas.Proposal;
      const found = value(point);
      best = Math.max(best, found);
      tried.add(space.hash(point));
      searcher.tell({ id, point, costs: [-found], violation: 0 });
    }
    if (!repeats && tried.size !== TRIALS) {
      throw new Error(`${strategy.kind}, seed ${seed}: ${TRIALS - tried.size} candidates were tried twice`);
    }
    return best;
  });
}

/** Median, of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  return (ordered[Math.floor((ordered.length - 1) / 2)] + ordered[Math.ceil((ordered.length - 1) / 2)]) / 2;
}

/** TPE's bests, which `test/parity/make_tpe.py` measured. */
export function tpeBests(): TpeBests {
  const file = join(import.meta.dirname, '../parity/fixtures/nasBenchGraph/tpe.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { tables: TpeBests }).tables;
}
