import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { upward } from '../base/io';

/** sha256 of the nearest package-lock.json in or above `folder`; null where there is none. */
export function lockfileHash(folder: string): string | null {
  const [file] = upward(folder, 'package-lock.json');
  return file === undefined ? null : createHash('sha256').update(readFileSync(file)).digest('hex');
}
