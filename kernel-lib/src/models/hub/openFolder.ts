import { existsSync, readFileSync, statSync } from 'fs';
import * as path from 'path';
import { fail } from '../../base/core';
import { openSafetensors, readEntry } from '../../base/io';
import type { TensorEntry } from '../../base/io';
import { Config } from './config';
import { licenseOf } from './licenseOf';

const ONE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** A checkpoint that has been looked at, of which no values have been read. */
export interface Checkpoint {
  /** The folder or file, for errors. */
  where: string;
  config: Config;
  /** The configuration as it is written: JSON in JavaScript does not know 1.0 from 1, and Python asks. */
  configText: string;
  tensors: ReadonlyMap<string, TensorEntry>;
  /** License that it says. */
  license?: string;
  /** Reads one as it is stored into an array of its bytes, rows in the order of HuggingFace. */
  read(entry: TensorEntry, name: string, into: Uint8Array): void;
}

/**
 * A folder as transformers writes it: `config.json`, and `model.safetensors` or its parts with their index.
 *
 * @throws {SwitchyardError} naming the file: where one is missing, cut short or names another outside the folder.
 */
export function openFolder(folder: string): Checkpoint {
  const file = path.join(folder, 'config.json');
  const configText = readText(file);
  const config = new Config(file, parseObject(file, configText));
  const index = path.join(folder, INDEX);
  const tensors = existsSync(index) ? openShards(folder, index) : openSafetensors(path.join(folder, ONE));
  return {
    where: folder,
    config,
    configText,
    tensors,
    license: licenseOf(folder),
    read: (entry, _name, into) => readEntry(entry, into)
  };
}

/**
 * The object in a JSON file.
 *
 * @throws {SwitchyardError} where there is no such file, or it is larger than any of its kind.
 */
export function readJson(file: string): Record<string, unknown> {
  return parseObject(file, readText(file));
}

function parseObject(file: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    fail(file, 'must be JSON', (error as Error).message);
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : fail(file, 'must be a JSON object', value);
}

// Tokenizers of 250 000 tokens take 20 MB.
const MAX_TEXT_BYTES = 200_000_000;

/** The text in a file. */
export function readText(file: string): string {
  let size: number;
  try {
    ({ size } = statSync(file));
  } catch (error) {
    return fail(file, 'must be a file', (error as NodeJS.ErrnoException).code);
  }
  return size > MAX_TEXT_BYTES
    ? fail(file, `must have at most ${MAX_TEXT_BYTES} bytes`, size)
    : readFileSync(file, 'utf8');
}

function openShards(folder: string, index: string): Map<string, TensorEntry> {
  const map = new Config(index, readJson(index)).part('weight_map').values;
  const files = [...new Set(Object.values(map))].map((file) =>
    typeof file === 'string' && file === path.basename(file) && file !== '..'
      ? file
      : fail(index, 'weight_map must name files of its folder', file)
  );
  const all = new Map<string, TensorEntry>();
  for (const file of files) {
    for (const [name, entry] of openSafetensors(path.join(folder, file))) {
      if (map[name] !== file) {
        fail(index, `weight_map must say that "${name}" is in ${file}`, map[name] ?? 'nothing');
      }
      all.set(name, entry);
    }
  }
  const missing = Object.keys(map).find((name) => !all.has(name));
  return missing === undefined
    ? all
    : fail(path.join(folder, String(map[missing])), `must hold "${missing}"`, 'no such tensor');
}
