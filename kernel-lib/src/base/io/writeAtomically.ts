import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'fs';
import * as path from 'path';

/**
 * Writes a whole file or none: to a new file beside it, flushed to the disk, then renamed over the old one.
 *
 * @throws The system's error; the old file is then as it was.
 */
export function writeAtomically(file: string, pieces: Iterable<Uint8Array>): void {
  const part = `${file}.${process.pid}.part`;
  try {
    const descriptor = openSync(part, 'w');
    try {
      for (const piece of pieces) {
        writeAll(descriptor, piece);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  flushFolder(path.dirname(file));
}

// Node writes at most 2 GiB at once.
const MOST_BYTES = 2 ** 30;

function writeAll(descriptor: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length;) {
    at += writeSync(descriptor, piece, at, Math.min(MOST_BYTES, piece.length - at));
  }
}

// The rename itself must survive a power cut; Windows has no way to ask for that.
function flushFolder(folder: string): void {
  if (process.platform === 'win32') {
    return;
  }
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
