import { existsSync, readFileSync, realpathSync } from 'fs';
import * as path from 'path';
import { fail } from '../../base/core';
import { upward } from '../../base/io';

/** An installed npm package. */
export interface InstalledPackage {
  name: string;
  version: string;
  folder: string;
}

/**
 * Finds an installed npm package as Node does, from the first of `starts` that has it. "a > b" is the copy of b that a
 * loads, wherever it lies.
 *
 * @throws {SwitchyardError} where a package is not installed, with where it was looked for.
 */
export function findPackage(named: string, starts: readonly string[]): InstalledPackage {
  const names = named.trim().split(/\s*>\s*/);
  const [folder] = names.reduce<readonly string[]>((from, name) => [folderOf(name, from, named)], starts);
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  return { name: names.at(-1)!, version, folder };
}

function folderOf(name: string, starts: readonly string[], named: string): string {
  const roots = [...new Set(starts.flatMap((start) => upward(start, 'node_modules')))];
  const found = roots
    .map((root) => path.join(root, name))
    .find((folder) => existsSync(path.join(folder, 'package.json')));
  if (found === undefined) {
    const rule = `needs the npm package "${named}" (npm install, or name others with the option \`packages\`)`;
    fail('data.text', rule, `no ${name} in ${roots.join(', ') || 'any node_modules, as there is none'}`);
  }
  // Some package managers link packages, and what a package loads lies beside the real one.
  return realpathSync(found);
}
