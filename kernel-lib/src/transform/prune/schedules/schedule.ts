import type { tf } from '../../../base/backend';
import type { Module } from '../../../base/core';

/** State of a training after a step, as a schedule sees it. */
export interface StepState {
  /** Steps done, from 1. */
  step: number;
  /** Gradients of the step's batch at the values as they are now, by path; the caller disposes them. */
  gradients(): Map<string, tf.Tensor>;
  /** Forgets what the optimiser remembers of the values of a parameter where `where` is 1. */
  forget(path: string, where: tf.Tensor): void;
}

/** A schedule at work on a model. */
export interface PruningRun {
  /** Settings that a run can only be resumed with, as JSON. */
  readonly fixed: string;
  /** Parameters whose masks it changes. */
  readonly paths: readonly string[];
  /** Changes the masks after a step, where it is time; whether it did. */
  afterStep(state: StepState): boolean;
  /** Share of the values left in what it masks. */
  density(): number;
}

/**
 * Schedule of pruning in a training, as `prune.gradual()` gives it: `train.fit(model, task, { pruning })`. All that it decides depends on the step, the
 * seed, and what is in the model, so that a run which is resumed goes on as it would have.
 */
export interface PruningSchedule {
  readonly kind: string;
  /**
   * Puts the masks on a model that is about to be trained.
   *
   * @throws {SwitchyardError} where an option does not fit the run or the model.
   */
  begin(model: Module, run: { steps: number; seed: number }): PruningRun;
}
