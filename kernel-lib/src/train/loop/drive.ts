import { SwitchyardError } from '../../base/core';
import { saveCheckpoint } from '../checkpoints/checkpoint';
import type { Metrics } from '../tasks/task';
import type { History } from './history';
import { nextTurn } from './nextTurn';
import type { CheckpointOptions } from './options';
import type { Pacing } from './pacing';
import type { TrainResult } from './run';
import type { Trainer } from './trainer';
import type { Watchers } from './watchers';

/** All that a run is made of. */
export interface RunParts {
  trainer: Trainer;
  history: History<Metrics>;
  watchers: Watchers;
  checkpoint: CheckpointOptions | null;
}

/** Trains until the last step or until it is to stop; one step a turn of the event loop, the first in the next turn. */
export async function drive(parts: RunParts, pacing: Pacing): Promise<TrainResult<Metrics>> {
  const { trainer, history, checkpoint } = parts;
  const { steps, seed } = trainer.options;
  const started = performance.now();
  let saved = trainer.step;
  await nextTurn();
  await pacing.turn();
  while (trainer.step < steps && !pacing.stopping) {
    await oneStep(parts);
    pacing.stepped();
    if (checkpoint !== null && trainer.step % (checkpoint.every ?? Infinity) === 0) {
      save(parts, checkpoint);
      saved = trainer.step;
    }
    await nextTurn();
    if (trainer.step < steps) {
      await pacing.turn();
    }
  }
  if (checkpoint !== null && saved !== trainer.step) {
    save(parts, checkpoint);
  }
  const status = trainer.step < steps ? 'stopped' : 'finished';
  return { status, steps: trainer.step, seed, seconds: (performance.now() - started) / 1000, ...history };
}

async function oneStep({ trainer, history, watchers }: RunParts): Promise<void> {
  const { model, task } = trainer;
  const { seed, steps, evaluateEvery } = trainer.options;
  const step = trainer.step + 1;
  const batch = task.batch(step, seed);
  watchers.batch(task.tokens?.(batch) ?? null, step);
  const scalars = named(step, () => trainer.trainStep(batch, watchers.observers));
  history.losses.push(scalars['loss/train']);
  if (evaluateEvery > 0 && (step % evaluateEvery === 0 || step === steps)) {
    const metrics = await task.evaluate?.(model);
    if (metrics !== undefined) {
      history.validation.push({ step, ...metrics });
      Object.assign(scalars, scalarsOf(metrics));
    }
  }
  watchers.step({ step, totalSteps: steps, scalars });
}

/** Measures as scalars: "loss/validation", "accuracy/validation"; of a part, "loss/validation/<part>". */
function scalarsOf(metrics: Metrics): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]) =>
      typeof value === 'number'
        ? [[`${name}/validation`, value]]
        : Object.entries(value).map(([part, loss]) => [`loss/validation/${part}`, loss])
    )
  );
}

/** Adds the step to an error that does not say it: a router that refuses its logits knows where, but not when. */
function named<T>(step: number, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof SwitchyardError && error.where === 'train.fit') {
      throw error;
    }
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`train.fit: step ${step} failed: ${message}`, { cause: error });
  }
}

function save({ trainer, history }: RunParts, { path }: CheckpointOptions): void {
  saveCheckpoint(path, trainer, history);
}
