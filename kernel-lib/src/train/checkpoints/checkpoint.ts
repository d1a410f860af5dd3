import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import { modelVariables } from '../../base/io';
import type { HostTensor } from '../../base/io';
import { readCheckpoint, writeCheckpoint } from '../../base/io/checkpoint';
import { assignVariables, expectFits } from '../../base/io/variables';
import { parseHistory } from '../loop/history';
import type { History } from '../loop/history';
import type { Trainer } from '../loop/trainer';

const MODEL = 'model.';
const OPTIMIZER = 'optimizer.';
// A resumed run draws the same batches only with these.
const FIXED = ['seed', 'batchSize', 'length'] as const;

/** Writes all that {@link restoreCheckpoint} needs into `folder`. */
export function saveCheckpoint(folder: string, trainer: Trainer, history: History, dataHash: string | null): void {
  const { step, options } = trainer;
  // JSON has no Infinity, which `clipNorm` may be; the record of the options is for people and for FIXED.
  writeCheckpoint(folder, { step, seed: options.seed, options: { ...options, dataHash }, history }, tensorsOf(trainer));
}

/**
 * Brings a new trainer to where a checkpoint was written.
 *
 * @returns What was measured until then.
 * @throws {SwitchyardError} where the checkpoint is cut short, or of another model, seed, batch shape or text; the
 * model is then as it was.
 */
export function restoreCheckpoint(folder: string, trainer: Trainer, dataHash: string | null): History {
  const { record, tensors, file } = readCheckpoint(folder);
  for (const name of FIXED) {
    if (record.options[name] !== trainer.options[name]) {
      fail('train.fit', `${name} must be the checkpoint's (${String(record.options[name])})`, trainer.options[name]);
    }
  }
  if (record.options.dataHash !== dataHash) {
    fail('train.fit', `the text must be the checkpoint's (sha256 ${String(record.options.dataHash)})`, dataHash);
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
