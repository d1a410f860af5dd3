import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { because } from '../../support/because';
import { runStudy } from '../../support/study';
import { searchPython } from '../../support/searchPython';

const STUDY = join(import.meta.dirname, '../../support/study.js');
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
    const strategy = { kind: 'aged-evolution', options: { population: 4, sample: 2 } };
    const options = { name: 'killed', strategy, workers: 1, trials: 16, milliseconds: 20, storage: url, python };
    const child = spawn(process.execPath, [STUDY, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'ignore'] });
    let begun = 0;
    child.stdout.on('data', (data: Buffer) => {
      begun += data.toString().split('\n').length - 1;
      if (begun >= 6) {
        child.kill('SIGKILL');
      }
    });
    expect(await new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)))).toBe('SIGKILL');
    const points = async (all: typeof options) => (await runStudy(all)).map(([point]) => JSON.stringify(point));
    expect(await points(options)).toEqual(await points({ ...options, storage: 'memory', milliseconds: 0 }));
    const program =
      'import sys, optuna; print(*(t.state.name for t in optuna.load_study(study_name="killed", storage=sys.argv[1]).trials))';
    const states = execFileSync(python, ['-c', program, url], { encoding: 'utf8' }).trim().split(' ');
    expect(states).not.toContain('RUNNING');
    expect(states.filter((state) => state === 'COMPLETE')).toHaveLength(16);
  });

  test("Optuna's samplers draw from it, and a server that is gone is an error", async () => {
    const run = (storage: string) =>
      nas.study({
        ...{ space: nas.space({ a: nas.integer(0, 20) }), storage, name: 'tpe', trials: 12, progress: false, python },
        ...{ strategy: nas.optuna({ seed: 1 }), evaluate: ({ candidate }) => candidate.a as number }
      });
    const here = await run(url);
    const tried = ({ trials }: nas.StudyResult) => trials.map(({ candidate }) => candidate);
    expect(tried(here)).toEqual(tried(await run('optuna-memory')));
    await expect(run(url.replace(String(PORT), '1')).result).rejects.toThrow(
      /nas\.study: the storage of the study said: .*Connection refused/s
    );
  });
});
