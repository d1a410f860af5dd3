import { existsSync, readFileSync } from 'fs';
import * as path from 'path';
import { fail } from '../../../base/core';
import { fromEdges } from '../../../base/graph';
import { walk } from '../../data/walk';
import type { NamedGraph } from './assemble';

const SOURCE = /\.[cm]?[jt]sx?$/;

/**
 * Import graph of a tree of TypeScript or JavaScript: a node for each source file, an edge from a file to each that it imports, requires or re-exports; a node's type is its folder of the first level. What lies outside the
 * tree is left out, as are `node_modules` and folders that begin with a dot. Real, and there on every machine.
 *
 * @throws {SwitchyardError} where the folder has no source file.
 */
export function imports(folder: string): NamedGraph {
  const where = 'graph.read.imports';
  const names = walk(folder, (name) => SOURCE.test(name) && !/\.d\.[cm]?ts$/.test(name), (name) => name !== 'node_modules' && !name.startsWith('.')); // prettier-ignore
  if (names.length === 0) {
    fail(where, 'the folder must have a source file', folder);
  }
  const ts = require('typescript') as typeof import('typescript');
  const numbers = new Map(names.map((name, i) => [name, i]));
  const edges = names.flatMap((name, from) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(path.join(folder, name), 'utf8'), true, true);
    const targets = importedFiles.map(({ fileName }) => resolve(name, fileName, numbers)).filter((to) => to !== undefined); // prettier-ignore
    return [...new Set(targets)].map((to): [number, number] => [from, to]);
  });
  const folders = names.map((name) => (name.includes('/') ? name.slice(0, name.indexOf('/')) : '.'));
  const nodeTypeNames = [...new Set(folders)];
  const nodeTypes = folders.map((each) => nodeTypeNames.indexOf(each));
  return { graph: fromEdges({ numNodes: names.length, edges, nodeTypes }), names, nodeTypeNames, edgeTypeNames: [] };
}

/** The file of the tree that an import means. */
function resolve(from: string, named: string, numbers: ReadonlyMap<string, number>): number | undefined {
  if (!named.startsWith('.')) {
    return undefined;
  }
  const at = path.posix.normalize(path.posix.join(path.posix.dirname(from), named));
  const bare = at.replace(/\.[cm]?jsx?$/, '');
  const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
  const tried = [at, ...[at, bare].flatMap((base) => endings.map((ending) => base + ending)), ...endings.map((ending) => path.posix.join(at, `index${ending}`))]; // prettier-ignore
  return tried.map((each) => numbers.get(each)).find((found) => found !== undefined);
}

interface LockedPackage {
  version?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** How a package needs another, in the order of the types of edges. */
const NEEDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;

/**
 * Dependency graph of installed npm packages, from `package-lock.json` (versions 2 and 3) in a folder, or npm's own lock inside its `node_modules`: a node for each installed copy, by its place, an edge from a package to each copy
 * that it gets; types of edges say how it is needed. Real, and there on every machine.
 *
 * @throws {SwitchyardError} where there is no such file, or it is of version 1.
 */
export function packages(folder: string): NamedGraph {
  const where = 'graph.read.packages';
  const places = ['package-lock.json', path.join('node_modules', '.package-lock.json')].map((each) => path.join(folder, each)); // prettier-ignore
  const file = places.find((each) => existsSync(each)) ?? fail(where, 'the folder must have a package-lock.json or node_modules', folder); // prettier-ignore
  const { packages: locked } = JSON.parse(readFileSync(file, 'utf8')) as { packages?: Record<string, LockedPackage> };
  if (locked === undefined) {
    return fail(where, 'the lock must be of version 2 or 3', path.basename(file));
  }
  const names = Object.keys(locked).filter((place) => locked[place].link !== true);
  const numbers = new Map(names.map((place, i) => [place, i]));
  const edges = names.flatMap((place, from) =>
    NEEDS.flatMap((need, type) =>
      Object.keys(locked[place][need] ?? {}).flatMap((name) => {
        const to = numbers.get(copyFor(place, name, locked) ?? '?');
        return to === undefined ? [] : [{ from, to, type }];
      })
    )
  );
  const graph = fromEdges({
    numNodes: names.length,
    edges: edges.map(({ from, to }): [number, number] => [from, to]),
    edgeTypes: edges.map(({ type }) => type)
  });
  return { graph, names: names.map((name) => name || '.'), nodeTypeNames: [], edgeTypeNames: [...NEEDS] };
}

/** The copy of a package that one at a place gets: the nearest upward. */
function copyFor(
  place: string,
  name: string,
  locked: Record<string, LockedPackage & { resolved?: string }>
): string | undefined {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const tried = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (locked[tried] !== undefined) {
      return locked[tried].link === true ? locked[tried].resolved : tried;
    }
    if (at === '') {
      return undefined;
    }
  }
}
