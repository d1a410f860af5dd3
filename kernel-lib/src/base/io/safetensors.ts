/**
 * @file The safetensors format, version of its specification 0.4: eight bytes of header length (little-endian), a
 * JSON header (name -> dtype, shape, data_offsets), then the values. Float32, int32 and bool are written and read.
 */
import { fail } from '../core';

/** Values of a tensor on the host; bytes of 0 and 1 are bool. */
export type HostValues = Float32Array | Int32Array | Uint8Array;

/** A tensor on the host. */
export interface HostTensor {
  shape: number[];
  /** Row by row; the array's type is the dtype. */
  values: HostValues;
}

/** Content of a safetensors file: tensors by name, and its metadata. */
export interface Safetensors {
  tensors: Map<string, HostTensor>;
  /** Free text by name. */
  metadata: Record<string, string>;
}

/** Where a tensor lies among the values. */
export interface Entry {
  dtype: Dtype;
  shape: number[];
  data_offsets: [number, number];
}

/** Names of our dtypes in a file, and how their values are held. */
const DTYPES = { F32: Float32Array, I32: Int32Array, BOOL: Uint8Array } as const;
type Dtype = keyof typeof DTYPES;

/** Bytes before the header: its length. */
export const PREFIX_BYTES = 8;
// The limit of the reference implementation: a larger header is an attack or not this format.
const MAX_HEADER_BYTES = 100_000_000;
export const METADATA = '__metadata__';

/** The file's bytes, in pieces to be written one after the other. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array[] {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  const pieces: Uint8Array[] = [];
  let at = 0;
  // Single bytes last: what comes before them stays at multiples of 4.
  const bools = [...tensors].filter(([, { values }]) => values instanceof Uint8Array);
  const others = [...tensors].filter(([, { values }]) => !(values instanceof Uint8Array));
  for (const [name, { shape, values }] of [...others, ...bools]) {
    const dtype = values instanceof Float32Array ? 'F32' : values instanceof Int32Array ? 'I32' : 'BOOL';
    header[name] = { dtype, shape, data_offsets: [at, at + values.byteLength] };
    pieces.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    at += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Padded so that values begin at a multiple of 8, as readers that map the file want.
  const padded = Buffer.alloc(Math.ceil(json.length / PREFIX_BYTES) * PREFIX_BYTES, ' ');
  json.copy(padded);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeBigUInt64LE(BigInt(padded.length));
  return [prefix, padded, ...pieces];
}

/**
 * Reads a file's bytes.
 *
 * @param where - Names the file in errors.
 * @throws {SwitchyardError} where the file is cut short, is not safetensors, or holds other dtypes than F32, I32 and BOOL.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = dataStart(file, file.length, where);
  const { entries, metadata } = readLayout(file.toString('utf8', PREFIX_BYTES, begin), file.length - begin, where);
  const tensors = new Map(
    [...entries].map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to]
        }
      ]) => {
        // Copied: values of a typed array must be aligned, those of a file need not be.
        const { buffer } = new Uint8Array(file.subarray(begin + from, begin + to));
        return [name, { shape, values: new DTYPES[dtype](buffer) }];
      }
    )
  );
  return { tensors, metadata };
}

/** Zeros for a tensor's values, to be read into. */
export function emptyValues({ dtype, shape }: Entry): HostValues {
  return new DTYPES[dtype](shape.reduce((product, n) => product * n, 1));
}

/**
 * Checked header of a file: tensors by name, and metadata.
 *
 * @param size - Bytes of values in the file.
 */
export function readLayout(
  text: string,
  size: number,
  where: string
): { entries: Map<string, Entry>; metadata: Record<string, string> } {
  const { [METADATA]: metadata = {}, ...entries } = parseHeader(text, where);
  const checked = Object.entries(entries).map(
    ([name, entry]) => [name, checkEntry(entry, `${where}: "${name}"`)] as const
  );
  checkOffsets(
    checked.map(([, entry]) => entry.data_offsets),
    size,
    where
  );
  return { entries: new Map(checked), metadata: checkMetadata(metadata, where) };
}

/**
 * Where the values begin.
 *
 * @param prefix - The file's first bytes.
 * @param size - Bytes of the file.
 */
export function dataStart(prefix: Buffer, size: number, where: string): number {
  if (size < PREFIX_BYTES) {
    fail(where, `a safetensors file has at least ${PREFIX_BYTES} bytes`, size);
  }
  const length = prefix.readBigUInt64LE();
  if (length > BigInt(MAX_HEADER_BYTES)) {
    fail(where, `a safetensors header has at most ${MAX_HEADER_BYTES} bytes`, String(length));
  }
  const begin = PREFIX_BYTES + Number(length);
  if (begin > size) {
    fail(where, `the header ends at byte ${begin}, so the file is cut short`, `${size} bytes`);
  }
  return begin;
}

export function parseHeader(text: string, where: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    fail(where, 'a safetensors header is JSON', text.slice(0, 40));
  }
  if (!isRecord(header)) {
    fail(where, 'a safetensors header is a JSON object', header);
  }
  return header;
}

function checkEntry(entry: unknown, where: string): Entry {
  if (!isRecord(entry) || !isCounts(entry.shape) || !isCounts(entry.data_offsets) || entry.data_offsets.length !== 2) {
    fail(where, 'an entry has a dtype, a shape and two data_offsets', entry);
  }
  const { dtype, shape, data_offsets } = entry;
  if (!isDtype(dtype)) {
    fail(where, 'dtype must be F32, I32 or BOOL', dtype);
  }
  const [from, to] = data_offsets;
  const size = DTYPES[dtype].BYTES_PER_ELEMENT * shape.reduce((product, n) => product * n, 1);
  if (to - from !== size) {
    fail(where, `values of shape [${shape.join(', ')}] take ${size} bytes`, to - from);
  }
  return { dtype, shape, data_offsets: [from, to] };
}

/** Values must fill the data part without holes or overlap. */
export function checkOffsets(offsets: readonly [number, number][], size: number, where: string): void {
  let at = 0;
  for (const [from, to] of offsets.slice().sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== at) {
      fail(where, `values must follow each other without holes or overlap; byte ${at} is next`, from);
    }
    at = to;
  }
  if (at !== size) {
    fail(where, `the values take ${at} bytes${at > size ? ', so the file is cut short' : ''}`, `${size} bytes`);
  }
}

function checkMetadata(metadata: unknown, where: string): Record<string, string> {
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    fail(where, 'metadata is text by name', metadata);
  }
  return metadata as Record<string, string>;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(DTYPES, value);
}

export function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
