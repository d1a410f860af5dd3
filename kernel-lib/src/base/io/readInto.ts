import { readSync } from 'fs';
import { fail } from '../core';

// Node reads at most 2 GiB at once.
const MOST_BYTES = 2 ** 30;

/**
 * Fills an array with the bytes of an open file from `at` on, in pieces.
 *
 * @throws {SwitchyardError} where the file ends before.
 */
export function readInto(
  into: NodeJS.ArrayBufferView,
  { descriptor, at, file }: { descriptor: number; at: number; file: string }
): void {
  for (let done = 0; done < into.byteLength;) {
    const count = readSync(descriptor, into, done, Math.min(MOST_BYTES, into.byteLength - done), at + done);
    if (count === 0) {
      fail(file, 'must not be cut short while it is read', `${at + done} bytes`);
    }
    done += count;
  }
}
