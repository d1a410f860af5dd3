/** @file Every shipped notebook runs again to what it saved, some minutes each; its prose is read by `notebookProse.test.ts`. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingModels, missingPackages } from '../../kernel-lib/bin/notebooks/needs.js';
import { readNotebook } from '../../kernel-lib/bin/notebooks/notebook.js';
import { findProject } from '../../kernel-lib/bin/support/project.js';
import { because } from '../support/because';

const ROOT = join(import.meta.dirname, '../..');
const project = findProject();
const names = readdirSync(join(ROOT, 'notebooks')).filter((name) => name.endsWith('.ipynb'));

test('there are notebooks', () => expect(names.length).toBeGreaterThan(10));

for (const name of names) {
  const file = join(ROOT, 'notebooks', name);
  const saved = readNotebook(file);
  const missing = [...missingPackages(project, saved), ...missingModels(project, saved)];
  test.skipIf(missing.length > 0)(`${name} is the same again`, because(`it needs ${missing.join(', ')}`), () => {
    const command = join(ROOT, 'kernel-lib/bin/switchyard.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'verify', file], { encoding: 'utf8', cwd: ROOT }); // prettier-ignore
    const [, verdict = ''] = /\.ipynb +[-\d]+ +(same.*|different.*|not run|failed)$/m.exec(stdout) ?? [];
    const elsewhere = stdout.includes('the environment is another one') && saved.metadata.switchyard?.tolerance === undefined; // prettier-ignore
    if (elsewhere && verdict.startsWith('different')) {
      // Without a tolerance numbers are promised on the machine that saved them only: that it runs is all that can be asked of another.
      console.warn(stdout);
    } else {
      expect(verdict, `${stdout}${stderr}`).toMatch(/^same/);
      expect(status).toBe(0);
    }
  });
}
