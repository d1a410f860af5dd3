import { SwitchyardError } from '../../base/core';
import { saveCheckpoint } from '../checkpoints/checkpoint';
import type { TextData } from '../data';
import { evaluate } from './evaluate';
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
  data: TextData;
  history: History;
  watchers: Watchers;
  checkpoint: CheckpointOptions | null;
}

/** Trains until the last step or until it is to stop; one step a turn of the event loop, the first in the next turn. */
export async function drive(parts: RunParts, pacing: Pacing): Promise<TrainResult> {
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

async function oneStep({ trainer, data, history, watchers }: RunParts): Promise<void> {
  const { seed, batchSize, length, steps, evaluateEvery, evaluateBatches } = trainer.options;
  const step = trainer.step + 1;
  const batch = data.trainBatch({ seed, step, batchSize, length });
  watchers.batch(batch, step);
  const scalars = named(step, () => trainer.trainStep(batch, watchers.observers));
  history.losses.push(scalars['loss/train']);
  if (evaluateEvery > 0 && (step % evaluateEvery === 0 || step === steps)) {
    const evaluation = await evaluate(trainer.model, data, { batchSize, length, batches: evaluateBatches });
    history.validation.push({ step, ...evaluation });
    scalars['loss/validation'] = evaluation.loss;
    for (const [domain, loss] of Object.entries(evaluation.domains)) {
      scalars[`loss/validation/${domain}`] = loss;
    }
  }
  watchers.step({ step, totalSteps: steps, scalars });
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

function save({ trainer, history, data }: RunParts, { path }: CheckpointOptions): void {
  saveCheckpoint(path, trainer, history, data.hash ?? null);
}
