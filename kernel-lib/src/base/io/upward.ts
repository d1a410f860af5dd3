import { existsSync } from 'fs';
import * as path from 'path';

/** Every existing `name` in `start` and the folders above it, nearest first. */
export function upward(start: string, name: string): string[] {
  const out: string[] = [];
  for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
    const at = path.join(folder, name);
    if (existsSync(at)) {
      out.push(at);
    }
    if (folder === path.dirname(folder)) {
      return out;
    }
  }
}
