import { fail } from '../../../base/core';
import { readEntry, readGguf } from '../../../base/io';
import type { Gguf, TensorEntry } from '../../../base/io';
import type { Config } from '../config';
import type { Checkpoint } from '../openFolder';
import { configOf, textOf } from './config';
import { namesOf } from './names';

/** Tensors that say nothing a configuration does not: frequencies of rotary positions as a list of numbers are not here. */
const ROTATED = /\.(q_proj|k_proj)\.(weight|bias)$/;

/** A GGUF file as a checkpoint of HuggingFace: the same names, the same shapes. */
export function openGguf(file: string): Checkpoint & { gguf: Gguf } {
  const gguf = readGguf(file);
  const config = configOf(file, gguf);
  const type = config.text('model_type');
  const numExperts = config.has('num_experts') ? config.integer('num_experts') : 0;
  const said = gguf.metadata.get('general.license');
  const license = typeof said === 'string' ? said : undefined;
  const tensors = new Map<string, TensorEntry>();
  for (const [name, entry] of gguf.tensors) {
    const names = namesOf(name, type, numExperts);
    if (names === null) {
      fail(file, `a GGUF of ${type} must have tensors known here`, name);
    } else if (typeof names === 'string') {
      tensors.set(names, flat(names, entry));
    } else {
      parts(file, name, entry, names.length).forEach((part, i) => tensors.set(names[i], part));
    }
  }
  return { where: file, config, configText: textOf(config), tensors, license, gguf, read: reader(config) };
}

// The gate of shared experts has one row, which a GGUF does not write.
function flat(name: string, entry: TensorEntry): TensorEntry {
  return name.endsWith('.shared_expert_gate.weight') && entry.shape.length === 1
    ? { ...entry, shape: [1, ...entry.shape] }
    : entry;
}

/** Experts one after the other. */
function parts(file: string, name: string, entry: TensorEntry, count: number): TensorEntry[] {
  const [first, ...shape] = entry.shape;
  if (first !== count || shape.length !== 2) {
    fail(file, `"${name}" must have a matrix of each of ${count} experts`, entry.shape);
  }
  const bytes = entry.bytes / count;
  return Array.from({ length: count }, (_, i) => ({ ...entry, shape, begin: entry.begin + i * bytes, bytes }));
}

/** Llama's queries and keys are stored with the two values of a pair side by side; they are put half a head apart again. */
function reader(config: Config): Checkpoint['read'] {
  const type = config.text('model_type');
  if (type !== 'llama' && type !== 'mixtral') {
    return (entry, _name, into) => readEntry(entry, into);
  }
  const heads = config.integer('num_attention_heads');
  const groups = config.integer('num_key_value_heads', 1, heads);
  return (entry, name, into) => {
    readEntry(entry, into);
    const [, part] = ROTATED.exec(name) ?? [];
    if (part !== undefined) {
      halve(into, entry.shape[0], part === 'q_proj' ? heads : groups);
    }
  };
}

/** Puts rows that lie side by side half a head apart. */
function halve(bytes: Uint8Array, rows: number, heads: number): void {
  const [width, size] = [rows / heads, bytes.length / rows];
  const before = Uint8Array.from(bytes);
  for (let row = 0; row < rows; row++) {
    const [head, within] = [Math.floor(row / width), row % width];
    const to = head * width + (within % 2) * (width / 2) + Math.floor(within / 2);
    bytes.set(before.subarray(row * size, (row + 1) * size), to * size);
  }
}
