import { readFileSync } from 'fs';
import * as path from 'path';
import { findPackage } from './findPackage';
import type { Listing, SourceFile, SourceOptions, TextSource } from './source';
import { TEXT_PACKAGES } from './textPackages';
import { walk } from './walk';

const REMEDY = 'name other npm packages or folders with the option `packages`';

/** TypeScript: sources and declarations of npm packages. */
export const typescript: TextSource = {
  domain: 'typescript',
  remedy: REMEDY,
  list: (options) => listPackages(options, (name) => /\.[cm]?tsx?$/.test(name))
};

/** JSON: package descriptions, settings, tables and messages of npm packages. */
export const json: TextSource = {
  domain: 'json',
  remedy: REMEDY,
  list: (options) => listPackages(options, (name) => name.endsWith('.json'))
};

/** A folder to read; `prefix` leads the names of its files. */
interface Place {
  folder: string;
  prefix: string;
  /** Whether a folder below it is read. */
  enter: (name: string) => boolean;
  versions: Record<string, string>;
}

async function listPackages({ packages }: SourceOptions, keep: (name: string) => boolean): Promise<Listing> {
  const places = packages?.map(placeOf) ?? TEXT_PACKAGES.map((named) => placeOfPackage(named, [__dirname]));
  const files = new Map<string, SourceFile>();
  for (const { folder, prefix, enter } of places) {
    for (const relative of walk(folder, keep, enter)) {
      const name = prefix + relative;
      // The first wins, as the nearest does when a package is imported.
      if (!files.has(name)) {
        files.set(name, { name, read: () => readFileSync(path.join(folder, relative), 'utf8') });
      }
    }
  }
  return {
    files: [...files.values()],
    where: places.map(({ folder }) => folder).join(', ') || 'no package',
    packages: Object.assign({}, ...places.map(({ versions }) => versions))
  };
}

function placeOf(entry: string): Place {
  if (path.isAbsolute(entry) || /^\.\.?([/\\]|$)/.test(entry)) {
    return { folder: entry, prefix: '', enter: isVisible, versions: {} };
  }
  return placeOfPackage(entry, [process.cwd(), __dirname]);
}

function placeOfPackage(named: string, starts: readonly string[]): Place {
  const { name, version, folder } = findPackage(named, starts);
  // What npm has put below a package is another package.
  const enter = (folder: string) => isVisible(folder) && folder !== 'node_modules';
  return { folder, prefix: `${name}/`, enter, versions: { [name]: version } };
}

function isVisible(folder: string): boolean {
  return !folder.startsWith('.');
}
