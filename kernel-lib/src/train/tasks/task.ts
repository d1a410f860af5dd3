import type { tf } from '../../base/backend';
import type { Context, Module } from '../../base/core';
import type { Batch, TextData } from '../data';

/**
 * Named measures of a model on data that training never sees: "loss", "accuracy", "r2". A record of numbers holds the loss on parts of the
 * data, by their names.
 */
export type Metrics = { readonly loss: number } & Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** Description of text data, for watchers. */
export type TextSource = Pick<TextData, 'domains' | 'decode' | 'encode'>;

/**
 * A task: what a model is trained on, by what loss, and how it is measured. `train.fit(model, task, options)` has one loop, one checkpoint and
 * one interrupt for all of them.
 */
export interface Task<B = unknown, E extends Metrics = Metrics> {
  /** The kind, in words of the field: "language", "classification". */
  readonly kind: string;
  /** Settings that a run can only be resumed with, beside its seed: the batch size, the length of a sequence. */
  readonly fixed: Readonly<Record<string, number | string | boolean>>;
  /** sha256 of the data, where it is known: a run is resumed on the same data only. */
  readonly hash?: string;
  /**
   * The task on this model: what depends on the model is settled, and checked. Default: as it is.
   *
   * @throws {SwitchyardError} where the model does not fit.
   */
  on?(model: Module): Task<B, E>;
  /** The batch of step `step`, from 1, on the host: a function of step and seed alone. */
  batch(step: number, seed: number): B;
  /**
   * The loss of a batch, a mean, or several named ones that are added. Auxiliary losses of the layers are in `ctx`, and are added by the loop.
   * Runs in a `tidy`.
   */
  loss(model: Module, batch: B, ctx: Context): tf.Scalar | Readonly<Record<string, tf.Scalar>>;
  /**
   * Where the loss of a batch reads the values of each parameter, 1, and where not, 0; null where it reads all, and not named where none. Momentum and
   * decay leave the other values alone. Absent where a loss reads the whole model. The caller disposes them.
   */
  reach?(model: Module, batch: B): ReadonlyMap<string, tf.Tensor | null>;
  /** Measures the model. Absent where there is nothing to measure it on. */
  evaluate?(model: Module): E | Promise<E>;
  /** Description of the text for a watcher; absent where there is no text. */
  readonly text?: TextSource;
  /** The batch as text; absent where it is none. */
  tokens?(batch: B): Batch;
}

/** Inputs of a batch and the class of each row of logits, on the device. */
export interface Examples {
  inputs: tf.Tensor;
  /** int32 [T]. */
  labels: tf.Tensor1D;
}

/** A task whose model gives logits of classes, [..., C]: it can be distilled. */
export interface LogitTask<B = unknown, E extends Metrics = Metrics> extends Task<B, E> {
  on?(model: Module): LogitTask<B, E>;
  examples(model: Module, batch: B): Examples;
}
