import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import * as library from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeLanguage } from '../../support/language';

const ts = createRequire(__filename)('typescript') as typeof import('typescript');
const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');

test('the example of elastic networks in the README runs, at a smaller size', async () => {
  const [, section] = README.split('## Elastic networks');
  const [, code] = /```ts\n([^]*?)```/.exec(section)!;
  const smaller = code
    .replace(/^import .*\n/, '')
    .replace('width: 64', 'width: 8, contextLength: 8')
    .replace('steps: 500', 'steps: 2, progress: false')
    .replace('trials: 20', 'trials: 6')
    .replace('100_000', '3_000_000');
  expect(smaller).toContain('steps: 2,');
  const names = ['core', 'elastic', 'models', 'train'] as const;
  const source = `(async (${names.join(', ')}, text, router) => { ${smaller}; return [nested, little, net, point]; })`;
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const run = runInThisContext(outputText) as (...of: unknown[]) => Promise<[library.core.Module, library.core.Module, library.elastic.Supernet, library.elastic.SubnetPoint]>; // prettier-ignore
  const [nested, little, net, point] = await run(...names.map((name) => library[name]), makeLanguage(), library.routers.topK({ k: 2 })); // prettier-ignore
  expect(little.countParameters()).toBeLessThan(nested.countParameters());
  expect(little.countParameters()).toBe(net.subnet(point).cost().parameters);
  [nested, little].forEach((each) => each.dispose());
});
