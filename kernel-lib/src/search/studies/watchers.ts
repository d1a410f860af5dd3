import type { Space } from '../space';
import type { Objective, StoredTrial } from '../storage';

/** A study that is watched. */
export interface StudyInfo {
  readonly name: string;
  readonly objectives: readonly Objective[];
  readonly totalTrials: number;
  readonly strategy: string;
  readonly space: Space;
  /** Ends the study after the trials that run. */
  stop(): void;
}

/** Watches a study: `show.trials()` and the progress line are watchers. */
export interface StudyWatcher {
  start(study: StudyInfo): void;
  /** A trial as it is now: when it begins, on the way, and when it ends. */
  trial(trial: StoredTrial): void;
  end(status: 'finished' | 'stopped' | 'failed', error: Error | null): void;
}
