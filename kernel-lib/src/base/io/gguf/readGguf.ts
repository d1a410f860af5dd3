/** @file The header of a GGUF file, versions 2 and 3, little-endian (ggml's `docs/gguf.md`). */
import { fail } from '../../core';
import { bytesOf } from '../../ops/formats/decodeValues';
import { type ReadBytes, type TensorEntry, withFile } from '../tensorFile';
import { GgufCursor } from './cursor';
import type { GgufValue } from './cursor';

export interface Gguf {
  metadata: Map<string, GgufValue>;
  tensors: Map<string, TensorEntry>;
}

/** ggml's types by number; null where nothing here reads them. */
const TYPES: Readonly<Record<number, string>> = {
  ...{ 0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 6: 'Q5_0', 7: 'Q5_1', 8: 'Q8_0', 9: 'Q8_1', 10: 'Q2_K', 11: 'Q3_K' },
  ...{
    12: 'Q4_K',
    13: 'Q5_K',
    14: 'Q6_K',
    15: 'Q8_K',
    24: 'I8',
    25: 'I16',
    26: 'I32',
    27: 'I64',
    28: 'F64',
    30: 'BF16'
  }
};

const MAGIC = 'GGUF';
const VERSIONS = [2, 3];
const MAX_DIMENSIONS = 4;
const MAX_ALIGNMENT = 1 << 20;
// The shortest entries there can be: a key of one letter with a byte, a tensor of one letter with one dimension.
const METADATA_BYTES = 14;
const TENSOR_BYTES = 33;

/**
 * Metadata and tensors of a GGUF file, by its header alone; values are read one by one. Shapes are outermost axis first, as everywhere here.
 *
 * @throws {SwitchyardError} where it is no GGUF of these versions, is cut short, or says what cannot be.
 */
export function readGguf(file: string): Gguf {
  return withFile(file, (read, size) => {
    const cursor = new GgufCursor(file, read as ReadBytes, size);
    const magic = cursor.bytes(4).toString('latin1');
    if (magic !== MAGIC) {
      fail(file, `a GGUF file begins with ${MAGIC}`, JSON.stringify(magic));
    }
    const version = cursor.uint32();
    if (!VERSIONS.includes(version)) {
      fail(file, `the version of a GGUF file must be one of ${VERSIONS.join(', ')}`, version);
    }
    const numTensors = cursor.count('tensors', TENSOR_BYTES);
    const numValues = cursor.count('values of metadata', METADATA_BYTES);
    const metadata = new Map<string, GgufValue>();
    for (let i = 0; i < numValues; i++) {
      const key = cursor.string('a key');
      if (metadata.has(key)) {
        fail(file, 'keys of metadata must be unique', key);
      }
      metadata.set(key, cursor.value(key));
    }
    const tensors = readTensors(file, cursor, numTensors);
    place(file, tensors, cursor.at, size, alignmentOf(file, metadata));
    return { metadata, tensors };
  });
}

function readTensors(file: string, cursor: GgufCursor, count: number): Map<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  for (let i = 0; i < count; i++) {
    const name = cursor.string('the name of a tensor');
    const where = `${file}: "${name}"`;
    if (tensors.has(name)) {
      fail(file, 'names of tensors must be unique', name);
    }
    const dimensions = cursor.uint32();
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      fail(where, `must have 1..${MAX_DIMENSIONS} dimensions`, dimensions);
    }
    const shape = Array.from({ length: dimensions }, () => cursor.uint64(`a size of "${name}"`)).reverse();
    const type = cursor.uint32();
    const dtype =
      TYPES[type] ?? fail(where, `dtype must be one of ${Object.values(TYPES).join(', ')}`, `number ${type}`);
    const values = shape.reduce((product, n) => product * n, 1);
    if (!Number.isSafeInteger(values)) {
      fail(where, 'must have fewer than 2^53 values', values);
    }
    const begin = cursor.uint64(`the offset of "${name}"`);
    tensors.set(name, { file, dtype, shape, begin, bytes: bytesOf(where, dtype, values) });
  }
  return tensors;
}

function alignmentOf(file: string, metadata: ReadonlyMap<string, GgufValue>): number {
  const alignment = metadata.get('general.alignment') ?? 32;
  return typeof alignment === 'number' && alignment >= 1 && alignment <= MAX_ALIGNMENT && Number.isInteger(alignment)
    ? alignment
    : fail(file, `general.alignment must be an integer 1..${MAX_ALIGNMENT}`, alignment);
}

/** Makes offsets, which count from the first value, count from the file's first byte, and checks that tensors lie in it side by side. */
function place(file: string, tensors: Map<string, TensorEntry>, header: number, size: number, alignment: number): void {
  const first = Math.ceil(header / alignment) * alignment;
  let end = 0;
  for (const [name, entry] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin)) {
    const where = `${file}: "${name}"`;
    if (entry.begin % alignment !== 0) {
      fail(where, `offset must be a multiple of ${alignment}`, entry.begin);
    }
    if (entry.begin < end) {
      fail(where, `offset must be at least ${end}, where the tensor before it ends`, entry.begin);
    }
    end = entry.begin + entry.bytes;
    if (first + end > size) {
      fail(where, `ends at byte ${first + end}, so the file is cut short`, `${size} bytes`);
    }
    entry.begin += first;
  }
}
