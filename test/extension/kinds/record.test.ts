/** A kind of payload is one record in each of three places; what is elsewhere asks the record. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { KINDS } from '../../../extension/kinds';

const ROOT = join(__dirname, '../../..');
const NAMES = Object.keys(KINDS);
/** "depth-usage" has the file depthUsage.ts. */
const fileOf = (kind: string): string => kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

test('each kind has its file in protocol and in the extension, and its folder in show', () => {
  const files = NAMES.map((kind) => `${fileOf(kind)}.ts`).sort();
  const inFolder = (folder: string): string[] => readdirSync(join(ROOT, folder)).sort();
  expect(inFolder('kernel-lib/src/protocol/kinds')).toEqual([...files, 'index.ts'].sort());
  expect(inFolder('extension/kinds')).toEqual([...files, 'index.ts', 'kind.ts', 'replay.ts'].sort());
  const folders = NAMES.map(fileOf).sort();
  expect(inFolder('kernel-lib/src/show/kinds').filter((name) => !name.endsWith('.ts'))).toEqual(folders);
  for (const folder of folders) {
    expect(inFolder(`kernel-lib/src/show/kinds/${folder}`)).toEqual(
      expect.arrayContaining(['bound.ts', 'picture.ts', 'text.ts'])
    );
  }
});

/** Where a kind is compared, listed or looked up by its name: `kind === 'pareto'`, `case 'pareto'`, `kinds: ['pareto', …`, `'pareto': …`. */
const NAMED = new RegExp(
  `(\\bkind\\b\\W*[!=]==?\\s*|\\bcase\\s+|\\[\\s*|\\bincludes\\(\\s*)'(${NAMES.join('|')})'|'(${NAMES.join('|')})'\\s*:`,
  'g'
);

test('nobody else branches on kinds', () => {
  const trees = ['kernel-lib/src/protocol', 'kernel-lib/src/show', 'extension'];
  const found = trees.flatMap((tree) =>
    readdirSync(join(ROOT, tree), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/(^|\/)kinds\//.test(name) && !name.includes('labextension'))
      .flatMap((name) => {
        const file = join(ROOT, tree, name);
        return Array.from(readFileSync(file, 'utf8').matchAll(NAMED), ([text]) => `${relative(ROOT, file)}: ${text}`);
      })
  );
  expect(found).toEqual([]);
});
