import type { Leaf, Point } from '../space';
import type { OptunaSampler } from '../strategy';

/** An objective of a study. */
export interface Objective {
  readonly name: string;
  readonly better: 'lower' | 'higher';
  /** Empty where there is none. */
  readonly unit?: string;
}

/** Our record of a study, that says what can go on with it. */
export interface StudyRecord {
  readonly space: unknown;
  readonly strategy: unknown;
  readonly objectives: readonly Objective[];
  readonly seed: number;
}

/** Our record of a trial, beside what Optuna keeps. */
export interface TrialAttributes {
  /** Ask of the strategy; trials that were begun anew have the same. */
  readonly id: number;
  /** Number of the event, of asks and tells together, that asked for it. */
  readonly asked: number;
  /** Number of the event that told the strategy of it. */
  readonly told?: number;
  /** Why it does not count, and was or will be begun anew. */
  readonly dropped?: string;
  readonly resource?: number;
  /** Ask of the trial that it goes on from. */
  readonly parent?: number;
  readonly resumes?: boolean;
  readonly pauses?: boolean;
  /** All measures by name, objectives among them. */
  readonly measures?: Readonly<Record<string, number>>;
  readonly violation?: number;
  readonly seconds?: number;
  readonly error?: string;
}

/** A trial as it is stored. */
export interface StoredTrial {
  readonly number: number;
  readonly state: 'running' | 'waiting' | 'complete' | 'pruned' | 'failed';
  readonly point: Point;
  /** A value for each objective; null where it did not come to one. */
  readonly values: readonly (number | null)[] | null;
  /** Values on the way, by step. */
  readonly intermediate: readonly (readonly [step: number, value: number | null])[];
  /** Null where others than we made the trial. */
  readonly attributes: TrialAttributes | null;
  readonly seconds: number | null;
}

/** A study as it is found. */
export interface StoredStudy {
  /** False where it was there. */
  readonly created: boolean;
  /** Null where others than we made it. */
  readonly record: StudyRecord | null;
  readonly directions: readonly Objective['better'][];
  readonly trials: readonly StoredTrial[];
  /** Ask of the last candidate that a sampler of Optuna's suggested; null where none did. */
  readonly sampled: number | null;
}

/** End of a trial, to be written down. */
export interface TrialEnd {
  readonly state: 'complete' | 'pruned' | 'failed';
  readonly values: readonly number[] | null;
  readonly attributes: TrialAttributes;
  /** How far it is beyond each limit; null where there are none. */
  readonly limits: readonly number[] | null;
}

/** The database of a study. Requests are carried out in the order in which they are made. */
export interface Storage {
  /** Opens the study, or makes it. */
  open(record: StudyRecord): Promise<StoredStudy>;
  /** Makes a running trial, and gives its number. */
  create(point: Point, leaves: readonly Leaf[], attributes: TrialAttributes): Promise<number>;
  report(number: number, step: number, value: number): Promise<void>;
  tell(number: number, end: TrialEnd): Promise<void>;
  /** Samplers of Optuna's; null where it has none. */
  sampler(limited: boolean): OptunaSampler | null;
  close(): Promise<void>;
}
