import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import { modelVariables } from '../../base/io';
import type { HostTensor } from '../../base/io';
import { readCheckpoint, writeCheckpoint } from '../../base/io/checkpoint';
import { assignVariables, expectFits } from '../../base/io/variables';
import { parseHistory } from '../loop/history';
import type { History } from '../loop/history';
import type { Trainer } from '../loop/trainer';
import type { Metrics } from '../tasks/task';

const MODEL = 'model.';
const OPTIMIZER = 'optimizer.';
// Checkpoints written before there were other tasks do not say theirs.
const FIRST_TASK = 'language';

/** Writes all that {@link restoreCheckpoint} needs into `folder`. */
export function saveCheckpoint(folder: string, trainer: Trainer, history: History<Metrics>): void {
  const { step, options, task } = trainer;
  // JSON has no Infinity, which `clipNorm` may be; the record of the options is for people and for what is fixed.
  const { pruning: _schedule, ...plain } = options;
  const record = { ...plain, ...fixedOf(trainer), dataHash: task.hash ?? null };
  writeCheckpoint(folder, { step, seed: options.seed, options: record, history }, tensorsOf(trainer));
}

/**
 * Brings a new trainer to where a checkpoint was written.
 *
 * @returns What was measured until then.
 * @throws {SwitchyardError} where the checkpoint is cut short, or of another model, task, seed, batch shape or data; the
 * model is then as it was.
 */
export function restoreCheckpoint(folder: string, trainer: Trainer): History<Metrics> {
  const { record, tensors, file } = readCheckpoint(folder);
  const saved: Record<string, unknown> = { taskKind: FIRST_TASK, ...record.options };
  for (const [name, value] of Object.entries(fixedOf(trainer))) {
    if (saved[name] !== value) {
      fail('train.fit', `${name} must be the checkpoint's (${String(saved[name])})`, value);
    }
  }
  const dataHash = trainer.task.hash ?? null;
  if (saved.dataHash !== dataHash) {
    fail('train.fit', `the data must be the checkpoint's (sha256 ${String(saved.dataHash)})`, dataHash);
  }
  const history = parseHistory(record.history, folder);
  expectFits(file, tensorsOf(trainer), tensors);
  assignVariables(modelVariables(trainer.model), strip(tensors, MODEL));
  const state = [...strip(tensors, OPTIMIZER)].map(
    ([name, { values, shape }]) => [name, tf.tensor(values, shape)] as const
  );
  trainer.optimizer.restore(record.step, new Map(state));
  trainer.step = record.step;
  return history;
}

/** A resumed run draws the same batches only with these. */
function fixedOf({ task, options, pruning }: Trainer): Record<string, unknown> {
  const pruned = pruning === null ? {} : { pruning: pruning.fixed };
  return { taskKind: task.kind, seed: options.seed, ...pruned, ...task.fixed };
}

function tensorsOf(trainer: Trainer): Map<string, tf.Tensor> {
  return new Map<string, tf.Tensor>([
    ...[...modelVariables(trainer.model)].map(([path, variable]) => [MODEL + path, variable] as const),
    ...[...trainer.optimizer.state()].map(([name, moment]) => [OPTIMIZER + name, moment] as const)
  ]);
}

function strip(tensors: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, HostTensor> {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
