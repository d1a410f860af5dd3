import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { circles } from '../support/circles';

const ROOT = join(import.meta.dirname, '../..');

test.each(['kernel-lib/src', 'extension'])('no file of %s knows itself by way of others', (tree) => {
  expect(circles(join(ROOT, tree))).toEqual([]);
});

test('a circle is found, through types, re-exports and folders; a chain is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'circles-'));
  const files = {
    'a.ts': "import type {\n  B\n} from './b';\nimport { e } from './e';",
    'b.ts': "export * from './c';",
    'c.ts': "const late = import('./a');",
    'd.ts': "import './d';",
    'e.ts': "import { join } from 'path';"
  };
  Object.entries(files).forEach(([name, text]) => writeFileSync(join(folder, name), text));
  const found = circles(folder);
  rmSync(folder, { recursive: true });
  expect(found).toEqual([['a.ts', 'b.ts', 'c.ts'], ['d.ts']]);
});
