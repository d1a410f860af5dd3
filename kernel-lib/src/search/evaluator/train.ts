import { existsSync } from 'fs';
import * as path from 'path';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { fit } from '../../train/loop/fit';
import type { TaskFitOptions } from '../../train/loop/options';
import type { Task } from '../../train/tasks/task';
import type { RunningTrial } from './evaluate';
import { extrapolate } from './extrapolate';

/** Options of `nas.trainCandidate`. */
export interface TrainCandidateOptions extends Omit<
  TaskFitOptions,
  'seed' | 'checkpoint' | 'resume' | 'signal' | 'progress' | 'steps'
> {
  /** The candidate, built; it is disposed afterwards. */
  model: Module;
  task: Task;
  /** Steps where the strategy says nothing; else its resource is the number of steps. */
  steps?: number;
  /** Measure that is told on the way. Default "loss". */
  objective?: string;
  /**
   * Steps of a whole training, of which this is the beginning: the objective is then what `nas.extrapolate` says of them by the curve on validation (`evaluateEvery`), and what was measured is
   * "<objective>, measured". Default: what was measured.
   */
  extrapolate?: number;
}

/**
 * Trains a candidate, and gives what the task measures at the end, with "parameters" and "steps". Where the strategy pauses and promotes
 * trials the training goes on from its checkpoint with the same numbers as without the pause; the learning rate is then constant, since
 * nobody knows how long the training will be.
 *
 * @throws {Error} where the study was interrupted: the trial is begun anew when the study goes on.
 */
export async function trainCandidate(
  trial: RunningTrial,
  options: TrainCandidateOptions
): Promise<Record<string, number>> {
  const { model, task, steps, objective = 'loss', extrapolate: at, ...rest } = options;
  const total = trial.resource ?? steps ?? fail('nas.trainCandidate', 'steps must be given', steps);
  const own: Task = task.on?.(model) ?? task;
  if (own.evaluate === undefined) {
    fail('nas.trainCandidate', 'the task must have validation data', own.kind);
  }
  const folder = trial.folder === null ? null : path.join(trial.folder, 'training');
  const paused = trial.resource !== undefined;
  const name = `${objective}/validation`;
  try {
    const result = await fit(model, task, {
      ...(paused && ({ schedule: 'constant', warmup: 0 } as const)),
      ...rest,
      ...{ steps: total, seed: trial.seed, progress: false, signal: trial.signal },
      ...(folder !== null && { checkpoint: { path: folder } }),
      ...(folder !== null && trial.resumes && existsSync(folder) && { resume: folder }),
      watch: [
        ...[rest.watch ?? []].flat(),
        {
          start: () => undefined,
          step: ({ step, scalars }) => (name in scalars ? trial.report(step, scalars[name]) : undefined),
          end: () => undefined
        }
      ]
    });
    if (result.status === 'stopped') {
      throw new Error('nas.trainCandidate: the study was interrupted');
    }
    const { step: _step, ...metrics } = result.validation.at(-1)!;
    const numbers = Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
    const measured = { ...Object.fromEntries(numbers), parameters: model.countParameters(), steps: total };
    return at === undefined ? measured : { ...measured, ...later(result.validation, objective, at) };
  } finally {
    model.dispose();
  }
}

/** The objective as its curve goes on, and as it was measured at the end. */
function later(
  validation: readonly (Readonly<Record<string, unknown>> & { readonly step: number })[],
  objective: string,
  at: number
): Record<string, number> {
  const curve = validation.map((each) => [each.step, each[objective] as number] as const);
  return { [objective]: extrapolate(curve, at).mean, [`${objective}, measured`]: curve.at(-1)![1] };
}
