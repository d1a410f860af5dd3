import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import * as library from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const ts = createRequire(__filename)('typescript') as typeof import('typescript');
const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');

test('the example of graphs in the README runs, and names only what there is', async () => {
  const [, rest] = README.split('## Graphs');
  const [section] = rest.split('\n## ');
  const [, code] = /```ts\n([^]*?)```/.exec(section)!;
  const quiet = code
    .replace(/^import .*\n/, '')
    .replace('steps: 100', 'steps: 40, learningRate: 0.02, progress: false');
  expect(quiet).toContain('steps: 40,');
  const names = ['graph', 'models', 'train'] as const;
  const source = `(async (${names.join(', ')}) => { ${quiet}; return [net, nodes]; })`;
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const run = runInThisContext(outputText) as (...of: unknown[]) => Promise<[library.core.Module, library.train.tasks.NodeClassificationTask]>; // prettier-ignore
  const [net, nodes] = await run(...names.map((name) => library[name]));
  expect(nodes.measure(net, [1, 2, 3, 4]).accuracy).toBe(1);
  net.dispose();
  const [, said] = section.split('```\n');
  const words = [...said.matchAll(/`([a-zA-Z0-9]+)`/g)].map(([, word]) => word);
  expect(words.length).toBeGreaterThan(20);
  words.forEach((word) => expect(library.graph, word).toHaveProperty(word));
});
