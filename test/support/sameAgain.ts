import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingModels, missingPackages } from '../../kernel-lib/bin/notebooks/needs.js';
import { readNotebook } from '../../kernel-lib/bin/notebooks/notebook.js';
import { findProject } from '../../kernel-lib/bin/support/project.js';
import { because } from './because';
import { rayPython } from './rayPython';

const ROOT = join(import.meta.dirname, '../..');

/** Names of the shipped notebooks. */
export const NOTEBOOKS = readdirSync(join(ROOT, 'notebooks')).filter((name) => name.endsWith('.ipynb'));

/** A test that a shipped notebook runs again to what it saved. */
export function testSameAgain(name: string, timeout?: number): void {
  const file = join(ROOT, 'notebooks', name);
  const saved = readNotebook(file);
  const project = findProject();
  const missing = [...missingPackages(project, saved), ...missingModels(project, saved)];
  const options = { ...because(`it needs ${missing.join(', ')}`), timeout };
  test.skipIf(missing.length > 0)(`${name} is the same again`, options, () => {
    const command = join(ROOT, 'kernel-lib/bin/switchyard.js');
    const usesRay = JSON.stringify(saved.cells).includes('nas.ray(');
    const env = {
      ...process.env,
      ...(usesRay && { SWITCHYARD_RAY_PYTHON: rayPython(), RAY_USAGE_STATS_ENABLED: '0' })
    };
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'verify', file], { encoding: 'utf8', cwd: ROOT, env }); // prettier-ignore
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
