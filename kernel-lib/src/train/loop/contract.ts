import type { Module, Observer } from '../../base/core';
import type { Batch } from '../data';
import type { Task } from '../tasks/task';

/** Watcher of runs: hears of each step, each evaluation, and the end. */
export interface StepReport {
  /** Steps done; the first report has step 1. */
  step: number;
  totalSteps: number;
  /**
   * Named scalars of this step: "loss/train", and "loss/train/<name>" where the task has several losses; "<measure>/validation" where evaluated,
   * and "loss/validation/<part>" of parts of the data, such as domains; "learningRate", "gradientNorm", "auxiliary/<name>"; "density", the share of values left, where a schedule prunes.
   */
  scalars: Record<string, number>;
}

/** Holds a run between its steps; its numbers are the same as without. */
export interface RunControl {
  /** True while the run waits before its next step, or will when the step that it is in is done. */
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** Does so many steps (default 1), and waits again. */
  advance(steps?: number): void;
  /** Ends the run after the step that it is in, also where it waits. */
  stop(): void;
  /** Called when `paused` changes; one listener, set by who watches. */
  onChange: (() => void) | null;
}

/** Run that a watcher hears of: its id, model, task, length and seed. */
export interface RunInfo {
  runId: string;
  model: Module;
  /** Task that it is trained on; `task.text` says what can be shown of a text. */
  task: Task;
  totalSteps: number;
  seed: number;
  /** Rates and the like that it is trained with, by the names of their options. */
  settings?: Readonly<Record<string, number | string>>;
  /** Holds and ends the run; absent where it cannot be held. */
  control?: RunControl;
}

/** Watches a run: `show.routing()` and the progress line are watchers. */
export interface Watcher {
  start(run: RunInfo): void;
  /** The batch about to be trained on, null where it is no text; what happens in its pass follows through `observers`. */
  batch?(batch: Batch | null, step: number): void;
  /** Those who are told what happens in training passes; absent or empty where this watcher needs none (nothing extra is then read). */
  readonly observers?: readonly Observer[];
  step(report: StepReport): void;
  end(status: 'finished' | 'stopped' | 'failed', error: Error | null): void;
}
