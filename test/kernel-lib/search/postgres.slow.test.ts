import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { because } from '../../support/because';
import { searchPython } from '../../support/searchPython';
import { expectSamples, expectSurvivesKill, studyOf } from '../../support/serverStudies';

const PORT = 54_329;

const isThere = spawnSync('initdb', ['--version']).status === 0;
const isRoot = process.getuid?.() === 0;
/** The server refuses to run as root. */
const owner = isRoot
  ? (['-u', '-g'] as const).map((flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })))
  : [];
const as = isRoot ? { uid: owner[0], gid: owner[1] } : {};

describe.skipIf(!isThere)('a study in PostgreSQL', because('there is no initdb'), () => {
  let folder: string;
  let server: ChildProcess;
  let python: string;
  const url = `postgresql+psycopg2://study@127.0.0.1:${PORT}/postgres`;

  beforeAll(async () => {
    python = searchPython();
    folder = mkdtempSync(join(tmpdir(), 'postgres-'));
    if (isRoot) {
      chownSync(folder, owner[0], owner[1]);
    }
    const place = join(folder, 'data');
    execFileSync('initdb', ['-D', place, '-U', 'study', '--auth=trust', '--no-sync'], { stdio: 'ignore', ...as });
    const words = ['-D', place, '-p', String(PORT), '-k', folder, '-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1']; // prettier-ignore
    server = spawn('postgres', words, { stdio: 'ignore', ...as });
    while (spawnSync('pg_isready', ['-h', '127.0.0.1', '-p', String(PORT), '-q']).status !== 0) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });

  afterAll(async () => {
    const over = new Promise((resolve) => server.once('close', resolve));
    // The fast shutdown: sessions are ended.
    server.kill('SIGINT');
    await over;
    rmSync(folder, { recursive: true, force: true });
  });

  test('killed with kill -9 it goes on with what it would have tried, and Python finds it', async () => {
    await expectSurvivesKill({ url, python });
  });

  test("Optuna's samplers draw from it, and a server that is gone is an error", async () => {
    await expectSamples({ url, python });
    await expect(studyOf({ url: url.replace(String(PORT), '1'), python }).result).rejects.toThrow(
      /nas\.study: the storage of the study said: .*Connection refused/s
    );
  });
});
