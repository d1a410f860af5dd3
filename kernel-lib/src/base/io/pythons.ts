import { existsSync } from 'fs';
import * as path from 'path';
import { environments } from './environments';

/** Pythons of this machine, those of environments first. */
export function pythons(): string[] {
  const inside = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const found = environments()
    .map((folder) => path.join(folder, ...inside))
    .filter((file) => existsSync(file));
  return [...new Set([...found, 'python3', 'python'])];
}
