import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
/** A doc whose first word is a question and not the noun of what it is. */
const RIDDLE = /\/\*\*(?:\s*\*)?\s+What\b[^\n]*/g;

test.each(['kernel-lib/src', 'extension'])('docs of %s begin with what a thing is', (tree) => {
  const files = readdirSync(join(ROOT, tree), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts')
  );
  const found = files.flatMap((file) =>
    [...readFileSync(join(ROOT, tree, file), 'utf8').matchAll(RIDDLE)].map(([text]) => `${file}: ${text}`)
  );
  expect(files.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test('a riddle is found on the first line and on the second', () => {
  const text = '/** What comes. */ a;\n/**\n * What is\n * there. */\n/** A token. What it is. */';
  expect([...text.matchAll(RIDDLE)]).toHaveLength(2);
});
