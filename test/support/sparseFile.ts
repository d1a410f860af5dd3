import { closeSync, ftruncateSync, openSync, writeSync } from 'fs';

/** Floats of a tensor of more than the 2 GiB that Node reads or writes at once. */
export const LARGE = 2 ** 29 + 2 ** 20;

/** Writes a safetensors file with "large", LARGE zeros but for its last value, 7, and "small", [5, 6], after it; it takes no room on the disk. */
export function writeSparse(file: string): void {
  const large = { dtype: 'F32', shape: [LARGE], data_offsets: [0, 4 * LARGE] };
  const small = { dtype: 'I32', shape: [2], data_offsets: [4 * LARGE, 4 * LARGE + 8] };
  const header = Buffer.from(JSON.stringify({ __metadata__: { note: 'large' }, large, small }));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, Buffer.concat([prefix, header]));
  const end = 8 + header.length + 4 * LARGE;
  ftruncateSync(descriptor, end);
  writeSync(descriptor, new Uint8Array(Float32Array.of(7).buffer), 0, 4, end - 4);
  writeSync(descriptor, new Uint8Array(Int32Array.of(5, 6).buffer), 0, 8, end);
  closeSync(descriptor);
}
