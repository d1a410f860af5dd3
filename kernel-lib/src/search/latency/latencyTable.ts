import { machine } from '../../base/backend';
import type { Machine } from '../../base/backend';
import { fail } from '../../base/core';
import type { Timed } from '../../base/core';
import { writeAtomically } from '../../base/io';
import type { Candidate, SpaceConstraint } from '../space';
import type { PartsOf } from './latencyPart';

/** A latency table as JSON: times of parts in milliseconds, with all that they hold for. */
export interface LatencyTableData {
  readonly format: 'switchyard-latency-table-1';
  readonly machine: Machine;
  /** When it was measured, ISO 8601. */
  readonly date: string;
  readonly warmUp: number;
  readonly passes: number;
  /** Time of a pass that computes nothing, which is part of no entry. */
  readonly overhead: Timed;
  readonly entries: Readonly<Record<string, Timed>>;
}

/** Limits of a candidate's predicted time in milliseconds. */
export interface LatencyLimit {
  atMost?: number;
  atLeast?: number;
  /** Name of the constraint. Default "latency". */
  name?: string;
}

const MOST_NAMED = 5;

/**
 * A latency table (ProxylessNAS, arXiv 1812.00332): the time of each part of a space's candidates, measured once on this machine, and of a candidate the sum of its parts' with what a pass takes
 * beside them. `nas.latencyTable` measures one, `nas.openLatencyTable` reads one.
 */
export class LatencyTable {
  /** @internal Use `nas.latencyTable`. */
  constructor(
    readonly data: LatencyTableData,
    private readonly parts: PartsOf
  ) {}

  /** Keys of the parts that it holds. */
  get keys(): string[] {
    return Object.keys(this.data.entries);
  }

  /** Keys of the parts of a candidate that it does not hold, each once. */
  missing(candidate: Candidate): string[] {
    const { entries } = this.data;
    const absent = this.parts(candidate).filter(({ key }) => !Object.hasOwn(entries, key));
    return [...new Set(absent.map(({ key }) => key))];
  }

  /**
   * Predicted time of a candidate's pass. The interval is of the parts' medians, as if they erred independently; how far sums are from whole networks is for `nas.latencyError` to say.
   *
   * @throws {SwitchyardError} where parts are missing, with their keys.
   */
  predict(candidate: Candidate): Timed {
    const absent = this.missing(candidate);
    if (absent.length > 0) {
      const more = absent.length > MOST_NAMED ? `, and ${absent.length - MOST_NAMED} more` : '';
      fail(
        'nas.latencyTable',
        `the table must hold all parts of the candidate (${this.keys.length} are there)`,
        `none of ${absent.slice(0, MOST_NAMED).join('; ')}${more}`
      );
    }
    const all = [this.data.overhead, ...this.parts(candidate).map(({ key }) => this.data.entries[key])];
    const sum = all.reduce((total, { milliseconds }) => total + milliseconds, 0);
    // A part that is there twice errs by the same both times.
    const spread = (of: (timed: Timed) => number): number => {
      const errors = new Map<Timed, number>();
      all.forEach((each) => errors.set(each, (errors.get(each) ?? 0) + of(each)));
      return Math.sqrt([...errors.values()].reduce((total, error) => total + error * error, 0));
    };
    return {
      milliseconds: sum,
      low: Math.max(0, sum - spread(({ milliseconds, low }) => milliseconds - low)),
      high: sum + spread(({ milliseconds, high }) => high - milliseconds)
    };
  }

  /** Predicted time of a candidate's pass in milliseconds: `measures: { latency: (candidate) => table.milliseconds(candidate) }` of a study, for an objective or a limit. */
  milliseconds(candidate: Candidate): number {
    return this.predict(candidate).milliseconds;
  }

  /**
   * A constraint of a space: `nas.space(choices, { constraints: [table.constraint({ atMost: 5 })] })`. A study with it goes on only with the same times: keep
   * the table in a file.
   */
  constraint({ name = 'latency', ...limits }: LatencyLimit): SpaceConstraint {
    return { name, of: (candidate) => this.milliseconds(candidate), ...limits };
  }

  /** Writes the table as JSON, whole or not at all. */
  save(file: string): void {
    writeAtomically(file, [Buffer.from(`${JSON.stringify(this.data, null, 2)}\n`)]);
  }
}

/** @throws {SwitchyardError} where a table is of another machine: naming what differs. */
export function expectThisMachine(
  where: string,
  { machine: of, date }: Pick<LatencyTableData, 'machine' | 'date'>
): void {
  const here = machine();
  for (const name of Object.keys(here) as (keyof Machine)[]) {
    if (of[name] !== here[name]) {
      fail(
        where,
        `the table must be of this machine (${name}: ${here[name]}), or be opened with { elsewhere: true }`,
        `${of[name]}, measured ${date}`
      );
    }
  }
}
