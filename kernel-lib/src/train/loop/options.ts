import { expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';
import type { Module } from '../../base/core';
import type { PruningSchedule } from '../../transform/prune';
import type { LanguageOptions } from '../tasks/language';
import type { AdamWOptions } from './adamW';
import type { Watcher } from './contract';
import type { LearningRateOptions } from './learningRate';

/** Options of checkpoints: where, and how often. */
export interface CheckpointOptions {
  /** Folder that holds the last checkpoint; made where it is missing. */
  path: string;
  /** Steps between checkpoints; one more is written when the run finishes or is stopped. Default: only that one. */
  every?: number;
}

/** Options of `train.evaluate`. */
export interface EvaluateOptions extends Omit<LanguageOptions, 'evaluateBatches'> {
  /** Batches measured. Default 8. */
  batches?: number;
}

/** Options of a run of any task. */
export interface TaskFitOptions {
  /** Steps of the whole run, those before a resumed checkpoint included. */
  steps: number;
  /** Seed of the batches and of all that is random in a pass. Default 0. */
  seed?: number;
  /** Highest learning rate. Default 3e-3. */
  learningRate?: number;
  /** Steps of linear warm-up. Default: a tenth of the steps, at most 100. */
  warmup?: number;
  /** Default "cosine". */
  schedule?: 'cosine' | 'constant';
  /** Fraction of the learning rate that "cosine" leaves at the last step. Default 0.1. */
  finalFraction?: number;
  /**
   * Factor of a parameter's learning rate, by path; 1 where it is not named. `train.muP` gives those that
   * carry a learning rate over to another width.
   */
  rates?: ReadonlyMap<string, number>;
  /** AdamW's decay; biases and norms are exempt. Default 0.1. */
  weightDecay?: number;
  /** AdamW's running means. Default 0.9 and 0.95. */
  betas?: readonly [number, number];
  /** Gradients together are scaled down to this Euclidean norm; Infinity: never. Default 1. */
  clipNorm?: number;
  /** Steps between evaluations, where the task has something to measure on; the last step is always evaluated. 0: never. Default: a tenth of the steps. */
  evaluateEvery?: number;
  /** Schedule that prunes the model while it is trained: `prune.gradual({ sparsity: 0.9 })`. Default: none. */
  pruning?: PruningSchedule;
  /** Default: none is written. */
  checkpoint?: CheckpointOptions;
  /** Folder of a checkpoint to go on from, with the same task, seed, batch size and length. */
  resume?: string;
  /** Stops the run after the step that it is in. */
  signal?: AbortSignal;
  /** Watches the run: `show.routing()`. */
  watch?: Watcher | readonly Watcher[];
  /** A line that says how far the run is, in a notebook or a terminal. Default true. */
  progress?: boolean;
}

/** Options of steps that are taken one by one. */
export type StepperOptions = Omit<
  TaskFitOptions,
  'evaluateEvery' | 'checkpoint' | 'resume' | 'signal' | 'watch' | 'progress'
>;

/** Options of a run on text, those of its task among them. */
export interface FitOptions extends TaskFitOptions, LanguageOptions {}

/** Options of a run, checked, without those that only say who watches. */
export interface ResolvedOptions extends LearningRateOptions, Omit<AdamWOptions, 'epsilon'> {
  seed: number;
  pruning?: PruningSchedule;
  clipNorm: number;
  evaluateEvery: number;
}

/** Checks the options and fills in the defaults. */
export function resolveOptions(options: TaskFitOptions, model: Module, where = 'train.fit'): ResolvedOptions {
  const { steps, seed = 0, learningRate = 3e-3, schedule = 'cosine', finalFraction = 0.1 } = options;
  const { weightDecay = 0.1, betas = [0.9, 0.95], clipNorm = 1 } = options;
  expectInteger(where, 'steps', steps, 1);
  expectInteger(where, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const { warmup = Math.min(100, Math.floor(steps / 10)), evaluateEvery = Math.max(1, Math.floor(steps / 10)) } =
    options;
  expectNumber(where, 'learningRate', learningRate, 0);
  expectInteger(where, 'warmup', warmup, 0);
  expectOneOf(where, 'schedule', schedule, ['cosine', 'constant']);
  expectNumber(where, 'finalFraction', finalFraction, 0, 1);
  expectNumber(where, 'weightDecay', weightDecay, 0);
  betas.forEach((beta) => expectNumber(where, 'betas', beta, 0, 1 - Number.EPSILON));
  if (!(clipNorm > 0)) {
    fail(where, 'clipNorm must be more than 0', clipNorm);
  }
  expectInteger(where, 'evaluateEvery', evaluateEvery, 0);
  if (options.checkpoint?.every !== undefined) {
    expectInteger(where, 'checkpoint.every', options.checkpoint.every, 1);
  }
  const { rates } = options;
  rates?.forEach((rate, path) => expectNumber(where, `rates of "${path}"`, rate, 0));
  const paths = model.parameters();
  const unknown = [...(rates?.keys() ?? [])].find((path) => !paths.has(path));
  if (unknown !== undefined) {
    fail(where, "rates must name the model's parameters", unknown);
  }
  return {
    ...(rates === undefined ? {} : { rates }),
    ...(options.pruning === undefined ? {} : { pruning: options.pruning }),
    ...{ steps, seed, learningRate, warmup, schedule, finalFraction },
    ...{ weightDecay, beta1: betas[0], beta2: betas[1], clipNorm, evaluateEvery }
  };
}
