import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as door from '@switchyard/kernel-lib';

const SOURCES = join(import.meta.dirname, '../../../kernel-lib/src');
const PREFIX = /\b(?:fail|expect\w+|refuseOldNames|resolve\w+|checkK)\(\s*'(\w+)'|\bwhere = '(\w+)'/g;

/** Names of the door's functions and classes, without their namespace. */
function namesOf(value: object, depth = 0): string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'function' ? [name] : isNamespace(inner) && depth < 3 ? namesOf(inner, depth + 1) : []
  );
}

function isNamespace(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** What in a source names a function of the door without its namespace, where it says who complains. */
function bare(source: string, names: ReadonlySet<string>): string[] {
  return [...source.matchAll(PREFIX)].map(([, called, where]) => called ?? where).filter((name) => names.has(name));
}

const { tf: _tf, ...ours } = door;
const names = new Set(namesOf(ours));

test('an error says where as a reader would write it: "routers.topK", not "topK"', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(300);
  expect(
    files.flatMap((file) => bare(readFileSync(join(SOURCES, file), 'utf8'), names).map((name) => `${file}: ${name}`))
  ).toEqual([]);
});

test('a name without its namespace is found', () => {
  expect(names).toContain('topK');
  expect(bare("expectInteger('topK', 'k', k); const where = 'carve'; fail('moe.layer', 'topK')", names)).toEqual([
    'topK',
    'carve'
  ]);
});
