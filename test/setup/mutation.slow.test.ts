import { spawnSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** State of each change of a small file, by place and what it was changed to. */
function mutate(...words: string[]): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-mutation-'));
  const report = join(folder, 'mutation.json');
  try {
    const args = [
      'test/mutation/run.js',
      'study/telemetry/blends.ts',
      '--processes',
      '1',
      '--report',
      report,
      ...words
    ];
    spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    const { files } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const changes = Object.values(files).flatMap(({ mutants }) => mutants);
    return Object.fromEntries(changes.map((each) => [JSON.stringify([each.location, each.replacement]), each.status]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Report {
  files: Record<string, { mutants: { location: object; replacement: string; status: string }[] }>;
}

test('changes are found in one process as they are in one of their own each', () => {
  const tests = ['--tests', 'test/kernel-lib/study/telemetry/binned.test.ts'];
  const [together, apart] = [mutate(...tests), mutate(...tests, '--isolate')];
  expect(Object.values(together)).toContain('Killed');
  expect(together).toEqual(apart);
  // No test of words sees any of it.
  const others = mutate('--tests', 'test/kernel-lib/study/telemetry/transitions.test.ts');
  expect(Object.values(others)).not.toContain('Killed');
});
