import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Where a file is named: `from '…'`, `import '…'`, `import('…')`, `require('…')`; of types as well. */
const NAMED = /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*'(\.[^']*)'/g;

/** Groups of files of a folder that import each other in a circle, each group and all of them in the order of their names. */
export function circles(folder: string): string[][] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  return components(imports)
    .filter((group) => group.length > 1 || imports.get(group[0])!.includes(group[0]))
    .map((group) => group.map((file) => relative(folder, file)).sort())
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function importsOf(file: string): string[] {
  return Array.from(readFileSync(file, 'utf8').matchAll(NAMED), ([, name]) => resolve(dirname(file), name)).flatMap(
    (path) => [`${path}.ts`, join(path, 'index.ts')].filter((each) => existsSync(each)).slice(0, 1)
  );
}

/** Strongly connected components (Tarjan, 1972). */
function components(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) {
        visit(next);
        lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
      } else if (path.includes(next)) {
        lowest.set(node, Math.min(lowest.get(node)!, order.get(next)!));
      }
    }
    if (lowest.get(node) === order.get(node)) {
      found.push(path.splice(path.indexOf(node)));
    }
  };
  for (const node of graph.keys()) {
    if (!order.has(node)) {
      visit(node);
    }
  }
  return found;
}
