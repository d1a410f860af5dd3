import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { because } from '../../support/because';
import { searchPython } from '../../support/searchPython';
import { expectSamples, expectSurvivesKill, studyOf } from '../../support/serverStudies';

const PORT = 33_069;
/** Seconds after which the server closes what is idle. */
const IDLE = 1;

const isThere = ['mariadb-install-db', 'mariadbd'].every((name) => spawnSync('which', [name]).status === 0);
const isRoot = process.getuid?.() === 0;
/** The server refuses to run as root. */
const owner = isRoot
  ? (['-u', '-g'] as const).map((flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })))
  : [];
const as = isRoot ? { uid: owner[0], gid: owner[1] } : {};

describe.skipIf(!isThere)('a study in MariaDB', because('there is no mariadbd'), () => {
  let folder: string;
  let server: ChildProcess;
  let python: string;
  const url = `mysql+pymysql://root@127.0.0.1:${PORT}/studies`;
  const sql = (text: string) =>
    spawnSync('mariadb', ['--no-defaults', '-h', '127.0.0.1', '-P', String(PORT), '-u', 'root', '-N', '-e', text], {
      encoding: 'utf8'
    });

  beforeAll(async () => {
    python = searchPython();
    folder = mkdtempSync(join(tmpdir(), 'mariadb-'));
    if (isRoot) {
      chownSync(folder, owner[0], owner[1]);
    }
    const place = ['--no-defaults', `--datadir=${join(folder, 'data')}`];
    const install = [...place, '--auth-root-authentication-method=normal', '--skip-test-db'];
    execFileSync('mariadb-install-db', install, { stdio: 'ignore', ...as });
    const words = [...place, `--port=${PORT}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`];
    server = spawn('mariadbd', [...words, `--pid-file=${join(folder, 'pid')}`, `--wait-timeout=${IDLE}`], {
      stdio: 'ignore',
      ...as
    });
    while (sql('CREATE DATABASE IF NOT EXISTS studies').status !== 0) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }, 120_000);

  afterAll(async () => {
    const over = new Promise((resolve) => server.once('close', resolve));
    server.kill('SIGTERM');
    await over;
    rmSync(folder, { recursive: true, force: true });
  });

  test('killed with kill -9 it goes on with what it would have tried, and Python finds it', async () => {
    await expectSurvivesKill({ url, python });
    expect(sql('SELECT COUNT(*) FROM studies.trials WHERE state = "RUNNING"').stdout.trim()).toBe('0');
  }, 120_000);

  test("Optuna's samplers draw from it, and a server that is gone is an error", async () => {
    await expectSamples({ url, python });
    await expect(studyOf({ url: url.replace(String(PORT), '1'), python }).result).rejects.toThrow(
      /nas\.study: the storage of the study said: .*Connection refused/s
    );
  }, 120_000);

  test('a trial that takes longer than the server keeps an idle connection is told all the same', async () => {
    const { trials } = await studyOf(
      { url, python },
      {
        ...{ name: 'idle', trials: 2, strategy: nas.random() },
        evaluate: async ({ number }) => {
          await new Promise((resolve) => setTimeout(resolve, 2500 * IDLE));
          return number;
        }
      }
    );
    expect(trials.map(({ state }) => state)).toEqual(['complete', 'complete']);
  }, 60_000);
});
