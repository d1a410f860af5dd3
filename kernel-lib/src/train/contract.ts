import type { tf } from '../backend';
import type { Context, Module } from '../core';

/** One batch on the host. */
export interface Batch {
  /** Token ids, row by sequence; [B * (N + 1)]: position N + 1 is only a target. */
  tokens: Int32Array;
  batchSize: number;
  /** Positions a sequence is trained on, N. */
  length: number;
  /** Domain of each sequence as an index into `domains`; [B]. */
  domains: Int32Array;
}

/** Text to train on, split by file. */
export interface TextData {
  readonly vocabSize: number;
  readonly domains: readonly string[];
  /** sha256 of the text, where it is known: a run is resumed on the same text only. */
  readonly hash?: string;
  /** The sequences of training step `step`; the same for the same seed and step. */
  trainBatch(options: { seed: number; step: number; batchSize: number; length: number }): Batch;
  /** `count` fixed batches that training never sees. */
  validationBatches(options: { batchSize: number; length: number; count: number }): Batch[];
  /** Text of one token, for people. */
  decode(token: number): string;
}

/** A causal language model. */
export interface LanguageModel extends Module {
  readonly vocabSize: number;
  /** Most positions it takes at once; absent where it takes any number. */
  readonly contextLength?: number;
  /** Maps token ids [B, N] (int32) to logits [B, N, V]. */
  apply(tokens: tf.Tensor, ctx: Context): tf.Tensor;
}

/** What a run tells whoever watches it. */
export interface StepReport {
  /** Steps done; the first report has step 1. */
  step: number;
  totalSteps: number;
  /** Named scalars of this step: "loss/train", "loss/validation" and "loss/validation/<domain>" where evaluated, "learningRate", "gradientNorm", "auxiliary/<name>". */
  scalars: Record<string, number>;
}

export interface RunInfo {
  runId: string;
  model: LanguageModel;
  data: TextData;
  totalSteps: number;
  seed: number;
}

/** Watches a run: `show.routing()` and the progress line are watchers. */
export interface Watcher {
  start(run: RunInfo): void;
  /** The batch about to be trained on; what routers decide about it follows through `observer`. */
  batch?(batch: Batch, step: number): void;
  /** Receives the routing of training passes; null where this watcher needs none (nothing extra is then read). */
  readonly observer: import('../core').RoutingObserver | null;
  step(report: StepReport): void;
  end(status: 'finished' | 'stopped' | 'failed', error: Error | null): void;
}
