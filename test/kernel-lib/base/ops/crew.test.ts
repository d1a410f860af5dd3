import { execFileSync, spawnSync } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { expect, test } from 'vitest';
import { because } from '../../../support/because';
import { findCompiler } from '../../../../kernel-lib/native/binding.js';

const FLAGS = ['-std=c++17', '-O1', '-g', '-pthread', '-fsanitize=thread'];
const source = join(__dirname, '..', '..', '..', 'support', 'crew.cc');

test.skipIf(!sanitizes())(
  'threads that share the pieces of an op do each once, clean under ThreadSanitizer',
  { timeout: 120_000, ...because('there is no compiler with ThreadSanitizer') },
  () => {
    inFolder((folder) => {
      const program = join(folder, 'crew');
      execFileSync(findCompiler(), [...FLAGS, '-o', program, source]);
      const run = spawnSync(program, { encoding: 'utf8', env: { ...process.env, TSAN_OPTIONS: 'halt_on_error=1' } });
      expect(run.status, run.stdout + run.stderr).toBe(0);
      expect(run.stdout).toMatch(/^\d{5,} pieces\n$/);
    });
  }
);

/** Whether a program with the sanitizer can be made and started here. */
function sanitizes(): boolean {
  return inFolder((folder) => {
    const program = join(folder, 'none');
    const made = spawnSync(findCompiler(), [...FLAGS, '-x', 'c++', '-', '-o', program], { input: 'int main() {}' });
    return made.status === 0 && spawnSync(program).status === 0;
  });
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-tsan-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
