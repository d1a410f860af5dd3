import { closeSync, fstatSync, openSync } from 'fs';
import { fail } from '../core';
import { readInto } from './readInto';

/** Where a tensor lies in a file, and how it is stored there. */
export interface TensorEntry {
  file: string;
  /** Of the format: "F32", "BF16", "Q4_1". */
  dtype: string;
  shape: number[];
  /** Its first byte. */
  begin: number;
  /** How many there are. */
  bytes: number;
}

/** Reads a tensor's bytes as they are stored into an array of their length; nothing else of its file. */
export function readEntry({ file, begin }: TensorEntry, into: Uint8Array): void {
  const descriptor = open(file);
  try {
    readInto(into, { descriptor, at: begin, file });
  } finally {
    closeSync(descriptor);
  }
}

/** Reads `length` bytes from `begin` on. */
export type ReadBytes = (begin: number, length: number) => Buffer;

/**
 * Opens a file to be read in parts, and closes it again.
 *
 * @throws {SwitchyardError} where there is no such file, or a part lies outside it.
 */
export function withFile<T>(file: string, use: (read: ReadBytes, size: number) => T): T {
  const descriptor = open(file);
  try {
    const { size } = fstatSync(descriptor);
    return use((begin, length) => {
      if (begin + length > size) {
        fail(file, `bytes ${begin} to ${begin + length} are read, so the file is cut short`, `${size} bytes`);
      }
      const buffer = Buffer.allocUnsafeSlow(length);
      readInto(buffer, { descriptor, at: begin, file });
      return buffer;
    }, size);
  } finally {
    closeSync(descriptor);
  }
}

function open(file: string): number {
  const descriptor = orFail(file, () => openSync(file, 'r'));
  if (!fstatSync(descriptor).isFile()) {
    closeSync(descriptor);
    fail(file, 'must be a file', 'something else');
  }
  return descriptor;
}

function orFail<T>(file: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    fail(file, 'must be a file', (error as NodeJS.ErrnoException).code);
  }
}
