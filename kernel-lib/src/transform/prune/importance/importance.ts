import type { tf } from '../../../base/backend';
import type { Context, Module } from '../../../base/core';

/** Importance criterion, as `prune.magnitude()` gives it: a score for each single value, which groups add up. */
export interface Importance {
  readonly kind: string;
  /**
   * Scores the values of a model's parameters, by path; what it does not score counts nothing. The caller disposes them.
   *
   * @throws {SwitchyardError} where it needs data or gradients and has none.
   */
  score(model: Module): Map<string, tf.Tensor>;
  /** How scores of a slice's values become the slice's: their sum, or the magnitude of their sum. Default "sum". */
  readonly gather?: 'sum' | 'magnitude';
}

/** Calibration data for criteria that need gradients: a task of `train.tasks`, or anything with its batches and its loss. */
export interface CalibrationTask<B = unknown> {
  batch(step: number, seed: number): B;
  loss(model: Module, batch: B, ctx: Context): tf.Scalar;
}
