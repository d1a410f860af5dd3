import { fail } from '../../core';
import { blocks } from './blocks';
import { halfTable } from './half';

/** Bytes of a value, for those that are stored one by one. */
export const VALUE_BYTES: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
  ...{ F8_E4M3: 1, F8_E5M2: 1 }
};

/** Those that can be weights. */
const FLOATS: Readonly<Record<string, (bytes: Buffer, out: Float32Array) => void>> = {
  F64: (bytes, out) => out.forEach((_, i) => (out[i] = bytes.readDoubleLE(8 * i))),
  F32: (bytes, out) => new Uint8Array(out.buffer).set(bytes),
  F16: (bytes, out) => fromHalves(bytes, out, halfTable()),
  BF16: (bytes, out) => fromBfloats(bytes, out)
};

/** The dtypes that weights may have, of both formats. */
export const WEIGHT_DTYPES: readonly string[] = [...Object.keys(FLOATS), ...Object.keys(blocks)];

/**
 * Stored values as float32: as they are, from half of the bits, or from quantised blocks.
 *
 * @throws {SwitchyardError} for a dtype that weights cannot have, and bytes that are not those of `count` values.
 */
export function decodeValues(where: string, dtype: string, bytes: Buffer, count: number): Float32Array {
  const size = bytesOf(where, dtype, count);
  if (bytes.length !== size) {
    fail(where, `${count} values of ${dtype} take ${size} bytes`, bytes.length);
  }
  const out = new Float32Array(count);
  (FLOATS[dtype] ?? blocks[dtype].decode)(bytes, out);
  return out;
}

/** Values that lie together in a block; 1 where they are stored one by one. */
export function unitOf(where: string, dtype: string): number {
  bytesOf(where, dtype, 0);
  return blocks[dtype]?.values ?? 1;
}

/** Bytes that values take. */
export function bytesOf(where: string, dtype: string, count: number): number {
  const block = blocks[dtype];
  if (block === undefined && FLOATS[dtype] === undefined) {
    fail(where, `dtype must be one of ${WEIGHT_DTYPES.join(', ')}`, dtype);
  }
  if (block !== undefined && count % block.values !== 0) {
    fail(where, `${dtype} stores blocks of ${block.values} values`, `${count} values`);
  }
  return block === undefined ? count * VALUE_BYTES[dtype] : (count / block.values) * block.bytes;
}

function fromBfloats(bytes: Buffer, out: Float32Array): void {
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < out.length; i++) {
    bits[i] = ((bytes[2 * i + 1] << 24) | (bytes[2 * i] << 16)) >>> 0;
  }
}

function fromHalves(bytes: Buffer, out: Float32Array, table: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = table[bytes[2 * i] | (bytes[2 * i + 1] << 8)];
  }
}
