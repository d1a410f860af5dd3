import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { nas, show } from '@switchyard/kernel-lib';

const ts = createRequire(__filename)('typescript') as typeof import('typescript');
const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** Runs the README's cell of fifty trials, with the executor as code, and what else a test wants of it. */
export function readmeStudy(
  executor: string,
  options: { trials: number; storage: string; name: string }
): Promise<nas.StudyResult> {
  const [, section] = README.split('\n## Search\n');
  const [, code] = /```ts\n([^]*?)```/.exec(section)!;
  const cell = code
    .replace(/^import .*\n/, '')
    .replace('executor: nas.workers()', `executor: ${executor}`)
    .replace('trials: 50,', `...${JSON.stringify(options)}, progress: false,`);
  if (!cell.includes(JSON.stringify(options)) || !cell.includes(`executor: ${executor}`)) {
    throw new Error('the cell of the README must have trials: 50 and executor: nas.workers()');
  }
  const source = `(async (nas, show) => { ${cell}; return found; })`;
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const run = runInThisContext(outputText) as (...of: unknown[]) => Promise<nas.StudyResult>;
  return run(nas, show);
}
