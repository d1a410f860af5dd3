import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withoutCustomOps } from '../gpu/withoutCustomOps.js';

const ROOT = join(import.meta.dirname, '../..');

test('the fast tests of the library pass without the custom ops', () => {
  const { words, env } = withoutCustomOps(ROOT);
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, env, encoding: 'utf8', maxBuffer: 2 ** 28 }); // prettier-ignore
  expect(status, `${stdout}${stderr}`).toBe(0);
  // As many as there are, but for those of the custom ops.
  expect(Number(/Tests .*?(\d+) passed/.exec(stdout.replace(/\x1b\[\d+m/g, ''))?.[1])).toBeGreaterThan(6000);
});
