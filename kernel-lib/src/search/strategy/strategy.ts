import { SpecTable } from '../../base/core';
import type { Random, SpecData } from '../../base/core';
import type { Leaf, Point, Space } from '../space';

/** A search that a strategy is started in. */
export interface Setting {
  readonly space: Space;
  /** How many objectives there are. */
  readonly objectives: number;
  /** Stream of the strategy. */
  readonly random: Random;
  /** True where a candidate may be tried again. */
  readonly repeats: boolean;
  /** Optuna's side of the study's storage; null where the study is in memory. */
  readonly optuna: OptunaSampler | null;
}

/** A sampler of Optuna's, which draws from what the study's storage holds. */
export interface OptunaSampler {
  /** Makes a trial. */
  ask(sampler: SamplerChoice, leaves: readonly Leaf[], id: number): Promise<{ number: number; point: Point }>;
  /** Ends a trial that is not to be tried, which the sampler then does not count. */
  drop(number: number, reason: string): Promise<void>;
}

/** A sampler of Optuna's by name, with its own options as Optuna spells them. */
export interface SamplerChoice {
  readonly sampler: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/** A candidate that a strategy wants tried. */
export interface Proposal {
  readonly point: Point;
  /** How much it may spend, such as steps, those of its parent included; absent where nothing is said. */
  readonly resource?: number;
  /** The ask that it goes on from: the same candidate with less spent, or the one that it was made of. */
  readonly parent?: number;
  /** True where it takes up the checkpoint of its parent. */
  readonly resumes?: boolean;
  /** True where more may be spent on it later: it is paused then, not complete. */
  readonly pauses?: boolean;
  /** Number of the trial, where storage made it already. */
  readonly number?: number;
}

/** A trial that has ended, as a strategy hears of it. */
export interface Told {
  /** Number of the ask. */
  readonly id: number;
  readonly point: Point;
  /** Value of each objective, turned so that lower is better; null where the trial failed. */
  readonly costs: readonly number[] | null;
  /** How far measures are beyond their limits, together; 0 where all are met. */
  readonly violation: number;
  readonly resource?: number;
}

/** A search under way: asked for candidates and told of trials, in any order. */
export interface Searcher {
  /**
   * The next candidate; 'wait' where there is none before a running trial ends (and nothing has changed), 'done' where there is none any more.
   *
   * @param id - Number of the ask, from 0: with the same id, after the same tells, it proposes the same.
   */
  ask(id: number): Proposal | 'wait' | 'done' | Promise<Proposal | 'wait' | 'done'>;
  tell(told: Told): void;
  /** Its state as JSON, between any two calls. */
  save(): unknown;
  /**
   * Takes a proposal that it made in an earlier process, where asking anew would not give the same. Absent: it is asked anew, and what it
   * proposes must be the same.
   */
  remember?(id: number, proposal: Proposal): void;
}

/** A search strategy, as data with what starts it. */
export interface Strategy extends SpecData {
  /** @param saved - State of {@link Searcher.save} to go on from. */
  start(setting: Setting, saved?: unknown): Searcher;
}

/** The strategies by kind; your own are registered here. */
export const strategies = new SpecTable<Strategy>('strategy');

/** Cost of a trial of one objective: Infinity where it failed or does not meet a limit. */
export function costOf({ costs, violation }: Pick<Told, 'costs' | 'violation'>): number {
  return costs === null || violation > 0 ? Infinity : costs[0];
}
