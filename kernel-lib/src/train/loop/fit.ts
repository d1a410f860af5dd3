import { randomUUID } from 'crypto';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import type { LanguageModel } from '../../models/language';
import { restoreCheckpoint } from '../checkpoints/checkpoint';
import type { TextData } from '../data';
import { LanguageTask } from '../tasks/language';
import type { Metrics, Task } from '../tasks/task';
import type { Watcher } from './contract';
import { drive } from './drive';
import type { RunParts } from './drive';
import { isTask } from './isTask';
import { resolveOptions } from './options';
import type { FitOptions, TaskFitOptions } from './options';
import { Pacing } from './pacing';
import { progress } from './progress';
import { Run } from './run';
import type { TrainResult } from './run';
import { Trainer } from './trainer';
import { Watchers } from './watchers';

const training = new WeakSet<Module>();
/** Options that a text's task is made with. */
const OF_TEXT = ['batchSize', 'length', 'evaluateBatches'] as const;

/**
 * Trains a model on a task: AdamW, warm-up, clipping, evaluation, checkpoints. The loss is the task's plus the auxiliary losses of the layers. A
 * text is the task of a language model: the mean cross entropy of the next token. Options are checked and `resume` is read at once; training
 * begins in the next turn of the event loop and gives way to it after every step.
 *
 * The same seed, data, backend and thread count give the same numbers, on the CPU bit for bit, whether the run was
 * resumed or not. An interrupt of the notebook (SIGINT) or the `signal` ends the run after the step that it is in.
 *
 * @throws {SwitchyardError} for options that do not fit, and a checkpoint that does not. The run is rejected at the
 * first loss or gradient that is not finite, with the step and the module; the parameters stay as the last good step
 * left them.
 */
export function fit<B, E extends Metrics>(model: Module, task: Task<B, E>, options: TaskFitOptions): Run<E>;
export function fit(model: LanguageModel, data: TextData, options: FitOptions): Run;
export function fit(model: Module, data: TextData | Task, options: FitOptions): Run<Metrics> {
  const resolved = resolveOptions(options, model);
  const task = taskOf(model, data, options);
  if (training.has(model)) {
    fail('train.fit', 'a model is trained by one run at a time', 'a model that another run trains');
  }
  const trainer = new Trainer(model, task, resolved);
  let history;
  try {
    const fresh = { losses: [], validation: [] };
    history = options.resume === undefined ? fresh : restoreCheckpoint(options.resume, trainer);
  } catch (error) {
    trainer.dispose();
    throw error;
  }
  const watchers = new Watchers([...list(options.watch), ...(options.progress === false ? [] : [progress()])]);
  const runId = randomUUID();
  const pacing = new Pacing();
  const { steps: totalSteps, seed, learningRate, warmup, schedule, weightDecay, clipNorm } = resolved;
  const settings = { learningRate, warmup, schedule, weightDecay, clipNorm };
  watchers.start({ runId, model, task, totalSteps, seed, settings, control: pacing });
  const parts = { trainer, history, watchers, checkpoint: options.checkpoint ?? null };
  return new Run(runId, pacing, () => attended(parts, pacing, options.signal));
}

/** The task on this model. */
function taskOf(model: Module, data: TextData | Task, options: FitOptions): Task {
  if (!isTask<Task>(data)) {
    const { batchSize, length, evaluateBatches } = options;
    return new LanguageTask(data, { batchSize, length, evaluateBatches }, 'train.fit').on(model);
  }
  const given = OF_TEXT.find((name) => options[name] !== undefined);
  if (given !== undefined) {
    fail('train.fit', `${given} is an option of the task`, options[given]);
  }
  return data.on?.(model) ?? data;
}

/** Drives a run with what surrounds it: interrupts, the end of the watchers, and the freeing of the optimiser. */
async function attended(parts: RunParts, pacing: Pacing, signal?: AbortSignal): Promise<TrainResult<Metrics>> {
  const { trainer, watchers } = parts;
  const stop = (): void => pacing.stop();
  training.add(trainer.model);
  try {
    // A listener that is added while tslab runs the cell's script is deaf afterwards, and the signal then ends the process.
    await Promise.resolve();
    // Once: a second Ctrl-C in a terminal ends the process, as it would without us.
    process.once('SIGINT', stop);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) {
      stop();
    }
    const result = await drive(parts, pacing);
    watchers.end(result.status, null);
    return result;
  } catch (error) {
    watchers.end('failed', error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    process.removeListener('SIGINT', stop);
    signal?.removeEventListener('abort', stop);
    training.delete(trainer.model);
    trainer.dispose();
  }
}

function list(watch: Watcher | readonly Watcher[] = []): readonly Watcher[] {
  return Array.isArray(watch) ? watch : [watch as Watcher];
}
