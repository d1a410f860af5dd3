import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'fs';
import * as path from 'path';
import { expectInteger, expectOneOf, fail, toJson } from '../../base/core';
import type { Module } from '../../base/core';
import { sourceBytes, writeAtomically, writeSafetensors } from '../../base/io';
import type { TensorSource, WrittenDtype } from '../../base/io';
import { read } from '../../base/ops';
import type { EncoderDecoderOptions, TransformerOptions } from '../language';
import { ranksOf } from '../factors';
import { sizesOf } from '../spec';
import { Config } from './config';
import { weightsOf } from './family';
import type { AnyFamily } from './family';
import type { Origin } from './origin';
import type { WeightMap } from './weightMap';

/** Options of `model.export`. */
export interface ExportOptions {
  /** Dtype of the values written. Default "as stored": what each was read as; float32, where that was quantised. */
  dtype?: 'float32' | 'bfloat16' | 'float16' | 'as stored';
  /** Most bytes of values in a file; more are written as several, with an index. Default 5 GB. */
  shardBytes?: number;
}

const DTYPES = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' } as const;
const WRITTEN = ['F32', 'BF16', 'F16'];

/** Model that can be given back as it was opened. */
interface Exportable extends Module {
  readonly options: TransformerOptions | EncoderDecoderOptions;
  readonly origin: Origin<AnyFamily>;
}

/** Writes a folder of HuggingFace, whole or not at all. */
export function exportModel(model: Exportable, folder: string, options: ExportOptions): void {
  const { dtype = 'as stored', shardBytes = 5e9 } = options;
  expectOneOf('export', 'dtype', dtype, [...Object.keys(DTYPES), 'as stored']);
  expectInteger('export', 'shardBytes', shardBytes, 1);
  expectSayable(model);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    fail('export', 'folder must be new or empty', folder);
  }
  const part = `${folder.replace(/[\\/]+$/, '')}.${process.pid}.part`;
  mkdirSync(part, { recursive: true });
  try {
    const tensors = sourcesOf(model, dtype);
    writeShards(part, tensors, shardBytes);
    writeRest(model, part, tensors);
    if (existsSync(folder)) {
      rmdirSync(folder);
    }
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

/** Refuses what the architecture cannot say: other options, cut axes, what stands before a module. */
function expectSayable(model: Exportable): void {
  const { family, checkpoint } = model.origin;
  const where = `export as ${family.architecture}`;
  const [was, is] = [family.options(checkpoint.config), model.options].map((options) =>
    toJson(where, { ...options, seed: 0 })
  );
  const changed = difference(was, is);
  if (changed !== null) {
    fail(where, `${changed.at} must be as its config.json says; io.saveModel saves other models`, changed.came);
  }
  const [cut] = Object.keys(sizesOf(model));
  if (cut !== undefined) {
    fail(
      where,
      `the axis "${cut}" must have its size of config.json; io.saveModel saves smaller models`,
      'a smaller one'
    );
  }
  const [factored] = Object.keys(ranksOf(model));
  if (factored !== undefined) {
    fail(where, 'weights must be whole; io.saveModel saves factored models', `factors at "${factored}"`);
  }
  const [intercepted] = [...model.modules()].find(([, module]) => Object.hasOwn(module, 'apply')) ?? [];
  if (intercepted !== undefined) {
    fail(where, 'adapters must be merged or detached first', `something that stands before "${intercepted}"`);
  }
}

/** Where two values of JSON differ first, and what the second has there; null where they do not. */
function difference(a: unknown, b: unknown, at = ''): { at: string; came: unknown } | null {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b ? null : { at, came: b };
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [a, b].map((each) => (each as Record<string, unknown>)[key]);
    const found = difference(x, y, at === '' ? key : `${at}.${key}`);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

function sourcesOf(model: Exportable, dtype: string): Map<string, TensorSource> {
  const { family, checkpoint } = model.origin;
  const sources = new Map<string, TensorSource>();
  const stored = model.stored();
  for (const map of weightsOf(family, model.options)) {
    const shapes = map.shapes(map.ours.map((path) => stored.get(path)!.shape));
    map.theirs.forEach((name, i) =>
      sources.set(name, {
        dtype:
          dtype === 'as stored' ? asStored(checkpoint.tensors.get(name)?.dtype) : DTYPES[dtype as keyof typeof DTYPES],
        shape: shapes[i],
        values: () => valuesOf(model, map, i)
      })
    );
  }
  return sources;
}

function asStored(dtype = 'F32'): WrittenDtype {
  return WRITTEN.includes(dtype) ? (dtype as WrittenDtype) : 'F32';
}

function valuesOf(model: Exportable, map: WeightMap, i: number): Float32Array {
  const stored = model.stored();
  return read(() => map.toTheirs(map.ours.map((path) => stored.get(path)!.read()))[i].clone()) as Float32Array;
}

function writeShards(folder: string, tensors: ReadonlyMap<string, TensorSource>, shardBytes: number): void {
  const shards: Map<string, TensorSource>[] = [new Map()];
  let [bytes, total] = [0, 0];
  for (const [name, source] of tensors) {
    const own = sourceBytes(source);
    if (bytes > 0 && bytes + own > shardBytes) {
      shards.push(new Map());
      bytes = 0;
    }
    shards[shards.length - 1].set(name, source);
    bytes += own;
    total += own;
  }
  const number = (i: number): string => String(i).padStart(5, '0');
  const nameOf = (i: number): string =>
    shards.length === 1 ? 'model.safetensors' : `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`;
  shards.forEach((shard, i) => writeSafetensors(path.join(folder, nameOf(i)), shard, { format: 'pt' }));
  if (shards.length > 1) {
    const weight_map = Object.fromEntries(
      shards.flatMap((shard, i) => [...shard.keys()].map((name) => [name, nameOf(i)]))
    );
    writeJson(folder, 'model.safetensors.index.json', { metadata: { total_size: total }, weight_map });
  }
}

const NAMES = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' };

function writeRest(model: Exportable, folder: string, tensors: ReadonlyMap<string, TensorSource>): void {
  const { family, checkpoint, tokenizer, endIds } = model.origin;
  const [{ dtype }] = tensors.values();
  const said = { architectures: [family.architecture], dtype: NAMES[dtype] };
  writeText(folder, 'config.json', withValues(checkpoint.configText, said));
  writeJson(folder, 'tokenizer.json', tokenizer.json);
  writeJson(folder, 'tokenizer_config.json', { tokenizer_class: 'PreTrainedTokenizerFast', ...tokenizer.config });
  const own = new Config('config.json', checkpoint.config.values).ids('eos_token_id');
  if (String(own) !== String(endIds)) {
    writeJson(folder, 'generation_config.json', { eos_token_id: endIds });
  }
}

/** The text of a JSON object with some of its values replaced, all else as it was written. */
function withValues(text: string, { architectures, dtype }: { architectures: string[]; dtype: string }): string {
  const rest = text
    .replace(/"architectures"\s*:\s*(\[[^\]]*\]|null)\s*,?/, '')
    .replace(/"(torch_)?dtype"\s*:\s*("[^"]*"|null)\s*,?/, '');
  const own = `\n  "architectures": ${JSON.stringify(architectures)},\n  "dtype": ${JSON.stringify(dtype)},`;
  return rest.replace('{', `{${own}`).replace(/,(\s*\}\s*)$/, '$1');
}

function writeJson(folder: string, name: string, value: object): void {
  writeText(folder, name, `${JSON.stringify(value, null, 2)}\n`);
}

function writeText(folder: string, name: string, text: string): void {
  writeAtomically(path.join(folder, name), [Buffer.from(text)]);
}
