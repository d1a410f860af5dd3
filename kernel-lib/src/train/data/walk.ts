import { readdirSync } from 'fs';
import * as path from 'path';

/**
 * Relative paths of the files under `root` that `keep` accepts, sorted by name at every level, '/' between parts.
 * Links are not followed, folders that `enter` refuses are left out, and so are folders that cannot be read.
 */
export function walk(root: string, keep: (name: string) => boolean, enter: (name: string) => boolean): string[] {
  const out: string[] = [];
  const visit = (relative: string): void => {
    for (const entry of entries(path.join(root, relative))) {
      const at = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory() && enter(entry.name)) {
        visit(at);
      } else if (entry.isFile() && keep(entry.name)) {
        out.push(at);
      }
    }
  };
  visit('');
  return out;
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}
