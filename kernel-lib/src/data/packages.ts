import { readFileSync } from 'fs';
import * as path from 'path';
import type { SourceFile, SourceOptions, TextSource } from './source';
import { upward } from './upward';
import { walk } from './walk';

const REMEDY = 'install npm packages (npm install), or name a folder with the option `packages`';

/** TypeScript: sources and declarations of the installed npm packages. */
export const typescript: TextSource = {
  domain: 'typescript',
  remedy: REMEDY,
  list: (options) => listPackages(options, (name) => /\.[cm]?tsx?$/.test(name))
};

/** JSON: package descriptions, settings and schemas of the installed npm packages. */
export const json: TextSource = {
  domain: 'json',
  remedy: REMEDY,
  list: (options) => listPackages(options, (name) => name.endsWith('.json'))
};

async function listPackages(options: SourceOptions, keep: (name: string) => boolean) {
  const roots = options.packages ?? defaultRoots();
  const files = new Map<string, SourceFile>();
  for (const root of roots) {
    for (const name of walk(root, keep, (folder) => !folder.startsWith('.'))) {
      // The nearest folder wins, as it does when a package is imported.
      if (!files.has(name)) {
        files.set(name, { name, read: () => readFileSync(path.join(root, name), 'utf8') });
      }
    }
  }
  return { files: [...files.values()], where: roots.join(', ') || 'no node_modules folder' };
}

function defaultRoots(): string[] {
  const own = upward(__dirname, 'node_modules');
  return own.length > 0 ? own : upward(process.cwd(), 'node_modules');
}
