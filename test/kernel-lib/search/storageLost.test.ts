import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { children } from '../../support/processes';

const PYTHON = join(import.meta.dirname, '../../../.venv/bin/python');

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'lost-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A study; `when` is called while its fourth trial runs. */
const study = (name: string, when: () => unknown, options: Partial<nas.StudyOptions> = {}) =>
  nas.study({
    space: nas.space({ a: nas.integer(0, 20), b: nas.categorical(['x', 'y']) }),
    strategy: nas.agedEvolution({ population: 3, sample: 2 }),
    // Waits for another that writes for a fifth of a second.
    ...{ storage: `sqlite:///${join(folder, `${name}.db`)}?timeout=0.2`, name, trials: 8, progress: false },
    evaluate: async ({ candidate, number }) => {
      if (number === 3) {
        await when();
      }
      return candidate.a as number;
    },
    ...options
  });

const tried = ({ trials }: nas.StudyResult) => trials.map(({ candidate, values }) => [candidate, values]);

describe('a storage that is lost in the middle of a study is an error, and the study goes on later with nothing lost', () => {
  test.each<[string, string, (name: string) => Promise<() => void | Promise<void>>, RegExp]>([
    [
      'locked',
      'by a process that writes and does not end',
      async (name) => {
        const program =
          'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("BEGIN IMMEDIATE"); print("locked", flush=True); sys.stdin.read()';
        const writer = spawn(PYTHON, ['-c', program, join(folder, `${name}.db`)]);
        await new Promise((resolve) => writer.stdout.once('data', resolve));
        return async () => {
          const over = new Promise((resolve) => writer.once('close', resolve));
          writer.stdin.end();
          await over;
        };
      },
      // Of the change that failed first, and not of the end of the study, which fails too.
      /^nas\.study: the storage of the study said: OperationalError: .*database is locked/s
    ],
    [
      'process',
      'whose Python process is killed',
      async () => {
        const [pid] = children('studies.py');
        process.kill(pid, 'SIGKILL');
        return () => undefined;
      },
      /^nas\.study: the Python process that holds the study is gone/
    ],
    [
      'file',
      'whose file is moved away',
      async (name) => {
        const files = ['', '-wal', '-shm'].map((end) => join(folder, `${name}.db${end}`));
        files.forEach((file) => renameSync(file, `${file}.away`));
        return () => files.forEach((file) => renameSync(`${file}.away`, file));
      },
      /^nas\.study: the storage of the study said: .*must be where it was/s
    ]
  ])(
    '%s: one %s',
    async (name, _how, lose, message) => {
      let giveBack: () => void | Promise<void> = () => undefined;
      await expect(study(name, async () => (giveBack = await lose(name))).result).rejects.toThrow(message);
      await giveBack();
      const resumed = await study(name, () => undefined);
      expect(tried(resumed)).toEqual(tried(await study('whole', () => undefined, { storage: 'memory' })));
      // It waits as long as its URL says, and not a minute.
    },
    30_000
  );
});

test('a Python without Ray is said before a trial begins, with what it said', async () => {
  const begun: number[] = [];
  await expect(
    study('ray', () => undefined, {
      ...{ storage: 'memory', executor: nas.ray({ python: PYTHON }) },
      evaluate: ({ number }) => begun.push(number)
    }).result
  ).rejects.toThrow(/nas\.ray: a Python with ray must be there .*No module named 'ray'/s);
  expect(begun).toEqual([]);
});
