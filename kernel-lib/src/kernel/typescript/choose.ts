import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import type * as ts from 'typescript';
import { upward } from './packages';

/** A TypeScript that cells can be checked with. */
export interface ChosenTypeScript {
  version: string;
  /** Its package's folder. */
  folder: string;
  /** True for the one of the notebook's own folder. */
  own: boolean;
}

/** The first version that knows the rules for modules which cells are checked by, and the first that is another program. */
const FIRST = [5, 4];
const BEYOND = [7, 0];

/** The TypeScript of the notebook's folder, or of one above it, where it can check cells; else the one of this library. */
export function chooseTypeScript(cwd: string): ChosenTypeScript {
  for (const folder of upward(cwd)) {
    const place = join(folder, 'node_modules', 'typescript');
    const version = versionIn(place);
    if (version !== null && !before(version, FIRST) && before(version, BEYOND)) {
      return { version, folder: place, own: true };
    }
  }
  return libraryTypeScript();
}

/** The TypeScript of this library. */
export function libraryTypeScript(): ChosenTypeScript {
  const folder = join(require.resolve('typescript/package.json'), '..');
  return { version: versionIn(folder) ?? '', folder, own: false };
}

/** Loads it; takes a while. */
export function loadTypeScript({ folder }: ChosenTypeScript): typeof ts {
  return require(folder) as typeof ts;
}

function versionIn(folder: string): string | null {
  const file = join(folder, 'package.json');
  const { version } = existsSync(file) ? parse(readFileSync(file, 'utf-8')) : {};
  return typeof version === 'string' ? version : null;
}

/** The folder is anybody's: what is no package.json is none. */
function parse(text: string): { version?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { version?: unknown };
  } catch {
    return {};
  }
}

function before(version: string, bound: number[]): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major < bound[0] || (major === bound[0] && minor < bound[1]);
}
