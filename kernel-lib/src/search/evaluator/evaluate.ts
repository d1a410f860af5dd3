import type { Candidate, Point } from '../space';
import type { Library } from './library';

/** A trial that runs, as an evaluation sees it. */
export interface RunningTrial {
  /** Number in the study. */
  readonly number: number;
  /** The candidate, nested as the space is. */
  readonly candidate: Candidate;
  /** Its choices by label. */
  readonly point: Point;
  /** Seed of the trial, the same when it is begun anew. */
  readonly seed: number;
  /** How much it may spend in all, such as steps; absent where the strategy says nothing. */
  readonly resource?: number;
  /** Folder for a checkpoint, from which the trial goes on when it is promoted; null where it will not be. */
  readonly folder: string | null;
  /** True where the folder holds what an earlier part of the trial left. */
  readonly resumes: boolean;
  /** Aborted where the study is interrupted. */
  readonly signal: AbortSignal;
  /** Tells a value of the first objective on the way. */
  report(step: number, value: number): void;
}

/** Value of the only objective, or measures by name, those of all objectives among them. */
export type Measured = number | Readonly<Record<string, number>>;

/**
 * A function that tries a candidate: `(trial, { models, train }) => ...`. It gets the library's namespaces, so that it can run in another
 * process, where it is made anew from its source: there it can use its arguments and what Node has, and nothing round it.
 */
export type Evaluate = (trial: RunningTrial, library: Library) => Measured | Promise<Measured>;

/** A CommonJS file whose `evaluate` tries candidates. */
export interface EvaluateFile {
  readonly file: string;
}

/** An evaluation as data, for another process. */
export type EvaluateSource = { readonly source: string } | EvaluateFile;
