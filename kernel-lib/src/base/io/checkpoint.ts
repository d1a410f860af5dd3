/**
 * @file A checkpoint is a folder: `checkpoint.json` and the safetensors file that it names. The JSON is replaced last,
 * so the folder always holds one whole checkpoint, whenever the writing ends.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'fs';
import * as path from 'path';
import type { tf } from '../backend';
import { fail, SwitchyardError } from '../core';
import { readSafetensors } from './readSafetensors';
import { encodeSafetensors } from './safetensors';
import type { HostTensor } from './safetensors';
import { readVariables } from './variables';
import { writeAtomically } from './writeAtomically';

const INDEX = 'checkpoint.json';
const FORMAT = 'switchyard-checkpoint-1';
const TENSORS = /^step-\d+\.safetensors$/;

/** Record of a run that it is resumed from, beside the tensors. */
export interface CheckpointRecord {
  /** Steps done. */
  step: number;
  /** Seed of the run: its streams are a function of seed and step, so no generator has a state to save. */
  seed: number;
  /** The run's options, as JSON. */
  options: Record<string, unknown>;
  /** Measurements so far, as JSON. */
  history: unknown;
}

export interface Checkpoint {
  record: CheckpointRecord;
  tensors: Map<string, HostTensor>;
  /** The tensors' file, for errors. */
  file: string;
}

/** Writes a checkpoint into `folder` (made where it is missing) in place of the one there. */
export function writeCheckpoint(
  folder: string,
  record: CheckpointRecord,
  variables: ReadonlyMap<string, tf.Tensor>
): void {
  mkdirSync(folder, { recursive: true });
  const file = `step-${String(record.step).padStart(8, '0')}.safetensors`;
  const tensors = readVariables(variables);
  writeAtomically(
    path.join(folder, file),
    encodeSafetensors({ tensors, metadata: { step: String(record.step), seed: String(record.seed) } })
  );
  const index = JSON.stringify({ format: FORMAT, file, ...record }, null, 1);
  writeAtomically(path.join(folder, INDEX), [Buffer.from(index)]);
  for (const name of readdirSync(folder)) {
    if (TENSORS.test(name) && name !== file) {
      rmSync(path.join(folder, name));
    }
  }
}

/**
 * Reads the checkpoint of a folder.
 *
 * @throws {SwitchyardError} where there is none, or it is cut short or of another format.
 */
export function readCheckpoint(folder: string): Checkpoint {
  const index = path.join(folder, INDEX);
  const { file: name, ...record } = parseIndex(
    within(index, () => readFileSync(index, 'utf8')),
    index
  );
  const file = path.join(folder, name);
  const { tensors, metadata } = within(file, () => readSafetensors(file));
  if (metadata.step !== String(record.step) || metadata.seed !== String(record.seed)) {
    fail(file, `must be of step ${record.step} and seed ${record.seed}, as ${INDEX} says`, metadata);
  }
  return { record, tensors, file };
}

function parseIndex(text: string, where: string): CheckpointRecord & { file: string } {
  let index: Record<string, unknown>;
  try {
    index = JSON.parse(text) as Record<string, unknown>;
  } catch {
    fail(where, 'must be whole JSON', `${text.length} characters that are not`);
  }
  const { format, file, step, seed, options, history } = index ?? {};
  if (format !== FORMAT) {
    fail(where, `format must be "${FORMAT}"`, format);
  }
  if (typeof file !== 'string' || !TENSORS.test(file) || !Number.isSafeInteger(step) || !Number.isSafeInteger(seed)) {
    fail(where, 'must name a file of tensors, a step and a seed', { file, step, seed });
  }
  if (typeof options !== 'object' || options === null) {
    fail(where, "must hold the run's options", options);
  }
  return { file, step: step as number, seed: seed as number, options: options as Record<string, unknown>, history };
}

function within<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SwitchyardError) {
      throw error;
    }
    fail(file, 'must be a file of a checkpoint', (error as NodeJS.ErrnoException).code);
  }
}
