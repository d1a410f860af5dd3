import * as path from 'path';
import { expectInteger, fail, toJson } from '../../base/core';
import type { Observer } from '../../base/core';
import type { Evaluate, EvaluateFile } from '../evaluator';
import { inProcess } from '../executor';
import type { Executor } from '../executor';
import type { Candidate, Space } from '../space';
import { MemoryStorage, OptunaStorage, storageUrl } from '../storage';
import type { Objective, Storage, StudyRecord } from '../storage';
import { random } from '../strategy';
import type { Strategy } from '../strategy';
import type { StudyWatcher } from './watchers';

/** A limit of a measure; a trial that does not meet it counts as tried, and is on no front. */
export interface Limit {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Options of `nas.study`. */
export interface StudyOptions {
  space: Space;
  /** Tries a candidate: a function, or `{ file }` of a CommonJS file that exports `evaluate`. */
  evaluate: Evaluate | EvaluateFile;
  /**
   * Measures of a candidate that need no evaluation, by name, as objectives and limits know them: `{ latency: (candidate) => table.milliseconds(candidate) }`.
   * They are taken in this process before the trial begins, and one that throws ends the study. Default: none.
   */
  measures?: Readonly<Record<string, (candidate: Candidate) => number>>;
  /** Default `nas.random()`. */
  strategy?: Strategy;
  /** Default `[{ name: 'value', better: 'lower' }]`. */
  objectives?: readonly Objective[];
  /** Limits by the name of the measure. */
  limits?: Readonly<Record<string, Limit>>;
  /** Trials of the whole study, those of earlier runs included. Default 100. */
  trials?: number;
  /** Where trials run. Default `nas.inProcess()`. */
  executor?: Executor;
  /**
   * Database of the study: a file (SQLite), a URL as Optuna takes it ("postgresql://...", "mysql+pymysql://..."), whose driver is to be in the Python, "memory" for none, or "optuna-memory" for none
   * with Optuna's samplers. Default "studies.db".
   */
  storage?: string;
  /** Name in the database; that of a study that is there goes on with it. Default: one of its own, by the time. */
  name?: string;
  /** Default 0. */
  seed?: number;
  /** True where a candidate may be tried again. Default false. */
  repeats?: boolean;
  /** Times that a trial whose machine was lost is begun anew. Default 2. */
  retries?: number;
  /** Folder of checkpoints, for strategies that pause trials. Default: beside the database. */
  checkpoints?: string;
  /** Ends the study early, once it is true of the best value and the number of trials so far. */
  until?: (best: number | null, trials: number) => boolean;
  signal?: AbortSignal;
  /** Watches the study: `show.trials()`. */
  watch?: StudyWatcher | readonly StudyWatcher[];
  /** Observers that are told of each trial, as an event. */
  observers?: readonly Observer[];
  /** A line that says how far the study is. Default true. */
  progress?: boolean;
  /** Python with Optuna. Default: that of the environment. */
  python?: string;
}

/** Options, checked, with the defaults. */
export interface ResolvedStudy extends Omit<StudyOptions, 'watch' | 'storage' | 'checkpoints'> {
  strategy: Strategy;
  objectives: readonly Objective[];
  limits: Readonly<Record<string, Limit>>;
  trials: number;
  executor: Executor;
  name: string;
  seed: number;
  repeats: boolean;
  retries: number;
  /** Null: made when one is needed, and gone with the study. */
  checkpoints: string | null;
  storage: Storage;
  record: StudyRecord;
}

const WHERE = 'nas.study';

/** Checks the options and fills in the defaults. */
export function resolveStudy(options: StudyOptions): ResolvedStudy {
  const { strategy = random(), objectives = [{ name: 'value', better: 'lower' }], trials = 100 } = options;
  const { seed = 0, retries = 2, limits = {}, storage = 'studies.db', name = nameOfNow() } = options;
  expectInteger(WHERE, 'trials', trials, 1);
  expectInteger(WHERE, 'seed', seed, 0, 2 ** 31 - 1);
  expectInteger(WHERE, 'retries', retries, 0);
  if (options.space === undefined) {
    fail(WHERE, 'space must be given', options.space);
  }
  checkObjectives(objectives);
  Object.entries(limits).forEach(([measure, { atMost, atLeast }]) => {
    if (atMost === undefined && atLeast === undefined) {
      fail(WHERE, `the limit of "${measure}" must be { atMost } or { atLeast }`, limits[measure]);
    }
  });
  if (typeof options.evaluate !== 'function' && typeof options.evaluate?.file !== 'string') {
    fail(WHERE, 'evaluate must be a function, or { file } of one that exports `evaluate`', options.evaluate);
  }
  const record = toJson(WHERE, {
    space: options.space.data,
    strategy: { kind: strategy.kind, options: strategy.options },
    objectives,
    seed
  }) as StudyRecord;
  return {
    ...options,
    ...{ strategy, objectives, limits, trials, seed, retries, name, record },
    executor: options.executor ?? inProcess(),
    repeats: options.repeats ?? false,
    checkpoints: options.checkpoints ?? checkpointsOf(storage, name),
    storage: storageOf(storage, name, options.python)
  };
}

function checkObjectives(objectives: readonly Objective[]): void {
  if (objectives.length === 0) {
    fail(WHERE, 'there must be an objective', objectives);
  }
  objectives.forEach(({ name, better }, i) => {
    if (better !== 'lower' && better !== 'higher') {
      fail(WHERE, `better of "${name}" must be lower or higher`, better);
    }
    if (objectives.findIndex((each) => each.name === name) !== i) {
      fail(WHERE, 'each objective must have a name of its own', name);
    }
  });
}

function storageOf(storage: string, name: string, python?: string): Storage {
  if (storage === 'memory') {
    return new MemoryStorage();
  }
  const url = storage === 'optuna-memory' ? null : storageUrl(storage);
  return new OptunaStorage({ url, name, ...(python !== undefined && { python }) });
}

function checkpointsOf(storage: string, name: string): string | null {
  if (storage === 'memory' || storage === 'optuna-memory') {
    return null;
  }
  return path.resolve(storage.includes('://') ? 'checkpoints' : `${storage}.checkpoints`, name);
}

function nameOfNow(): string {
  return `study-${new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 19)}`;
}
