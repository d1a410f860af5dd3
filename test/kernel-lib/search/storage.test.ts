import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runStudy } from '../../support/study';

const STUDY = join(import.meta.dirname, '../../support/study.js');
const PYTHON = join(import.meta.dirname, '../../../.venv/bin/python');

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'studies-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const space = () => nas.space({ a: nas.integer(0, 20), b: nas.categorical(['x', 'y']) });
const run = (options: Partial<nas.StudyOptions>) =>
  nas.study({
    ...{ space: space(), evaluate: ({ candidate }) => candidate.a as number, trials: 6, progress: false },
    ...{ storage: join(folder, 'a.db'), ...options }
  });

const KILLED: [string, Parameters<typeof runStudy>[0]['strategy'], number][] = [
  ['random', { kind: 'random', options: {} }, 1],
  ['aged evolution', { kind: 'aged-evolution', options: { population: 4, sample: 2 } }, 1],
  ['TPE', { kind: 'optuna', options: { sampler: 'tpe', options: { n_startup_trials: 3 }, seed: 3 } }, 1],
  ['ASHA, three at a time', { kind: 'asha', options: { minResource: 1, maxResource: 9, eta: 3 } }, 3]
];

/** Says what Optuna itself finds: the states of each study's trials by number, and all studies. */
function byOptuna(file: string, ...names: string[]): { states: string[][]; studies: string[] } {
  const program =
    'import sys, json, optuna; s = "sqlite:///" + sys.argv[1]; of = lambda name: optuna.load_study(study_name=name, storage=s).trials; ' +
    'print(json.dumps({"states": [[x.state.name for x in of(name)] for name in sys.argv[2:]], "studies": [x.study_name for x in optuna.get_all_study_summaries(s)]}))';
  return JSON.parse(execFileSync(PYTHON, ['-c', program, file, ...names], { encoding: 'utf8' })) as {
    states: string[][];
    studies: string[];
  };
}

type Tried = [nas.Point, Record<string, number>][];

/** Runs a study in a process of its own; killed with SIGKILL after so many trials have begun. */
function inProcess(options: object, killAfter = Infinity): Promise<Tried | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [STUDY, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let begun = 0;
    let last = '';
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    createInterface({ input: child.stdout }).on('line', (line) => {
      last = line;
      if (++begun === killAfter) {
        child.kill('SIGKILL');
      }
    });
    child.once('close', (code, signal) =>
      signal === 'SIGKILL' ? resolve(null) : code === 0 ? resolve(JSON.parse(last) as Tried) : reject(new Error(said))
    );
  });
}

describe('a study in SQLite', () => {
  test("is Optuna's, and goes on to more trials under its name", async () => {
    const first = await run({ name: 'one', trials: 5 });
    const more = await run({ name: 'one', trials: 9 });
    const whole = await run({ name: 'two', trials: 9 });
    const tried = ({ trials }: nas.StudyResult) => trials.map(({ candidate, values }) => [candidate, values]);
    expect(tried(more).slice(0, 5)).toEqual(tried(first));
    expect(tried(more)).toEqual(tried(whole));
    expect(byOptuna(join(folder, 'a.db'), 'one')).toEqual({
      states: [new Array(9).fill('COMPLETE')],
      studies: ['one', 'two']
    });
    // Nothing is left to do: it says again what it found.
    expect(tried(await run({ name: 'one', trials: 9 }))).toEqual(tried(whole));
  });

  test.each(KILLED)(
    'killed with kill -9 again and again, %s tries what it would have tried (optuna#3215, optuna#6283, ray#30861)',
    async (name, strategy, workers) => {
      const options = { name, strategy, workers, trials: 20, milliseconds: 20, storage: join(folder, 'killed.db') };
      expect(await inProcess(options, 6)).toBeNull();
      expect(await inProcess(options, 7)).toBeNull();
      const resumed = (await inProcess(options))!;
      expect(resumed).toHaveLength(20);
      if (workers === 1) {
        const whole = (await runStudy({
          ...options,
          storage: name === 'TPE' ? 'optuna-memory' : 'memory',
          milliseconds: 0
        })) as Tried;
        const points = (tried: Tried) => tried.map(([point]) => JSON.stringify(point));
        expect(points(resumed)).toEqual(points(whole));
      }
    }
  );

  test('of the studies that were killed, Optuna finds the trials that ended, and none that runs', () => {
    const { states } = byOptuna(join(folder, 'killed.db'), ...KILLED.map(([name]) => name));
    states.forEach((each) => {
      expect(each).not.toContain('RUNNING');
      expect(each.filter((state) => state !== 'FAIL')).toHaveLength(20);
    });
  });

  test('nothing is tried twice by a sampler that repeats itself, and a small space ends (optuna#2021, optuna#5440)', async () => {
    const { status, trials } = await run({
      ...{ name: 'tpe', trials: 60, strategy: nas.optuna({ options: { n_startup_trials: 4 } }) },
      space: nas.space({ a: nas.integer(0, 3), b: nas.categorical(['x', 'y', null]) })
    });
    expect(status).toBe('exhausted');
    expect(trials).toHaveLength(12);
    expect(new Set(trials.map(({ candidate }) => JSON.stringify(candidate))).size).toBe(12);
  });

  test('conditional and nested choices reach the sampler, constraints hold', async () => {
    const nested = nas.space(
      {
        layers: nas.integer(1, 3),
        blocks: nas.repeated(
          'layers',
          nas.group({ on: nas.categorical([true, false]), heads: nas.when('on', true, nas.integer(1, 4)) })
        )
      },
      { constraints: [{ name: 'layers', of: ({ layers }) => layers as number, atMost: 2 }] }
    );
    const { trials } = await run({
      ...{ name: 'nested', space: nested, trials: 15, strategy: nas.optuna({ sampler: 'tpe' }) },
      evaluate: ({ candidate }) => (candidate.blocks as object[]).length
    });
    trials.forEach(({ parameters }) => nested.check(parameters));
    expect(new Set(trials.map(({ candidate }) => candidate.layers))).toEqual(new Set([1, 2]));
  });

  test('a study that is not as it was is refused, and stays as it is (optuna#2199)', async () => {
    await run({ name: 'kept', trials: 3 });
    const other = nas.space({ a: nas.integer(0, 20), b: nas.categorical(['x', 'z']) });
    await expect(run({ name: 'kept', space: other }).result).rejects.toThrow(
      'nas.study: the study "kept" must go on with the space that it began with'
    );
    await expect(run({ name: 'kept', seed: 4 }).result).rejects.toThrow('the seed that it began with (0), got 4');
    await expect(run({ name: 'kept', strategy: nas.grid() }).result).rejects.toThrow('the strategy that it began with');
    await expect(run({ name: 'kept', objectives: [{ name: 'value', better: 'higher' }] }).result).rejects.toThrow(
      'the objectives that it began with'
    );
    expect((await run({ name: 'kept', trials: 3 })).trials).toHaveLength(3);
  });

  test('one process at a time runs it', async () => {
    const inner: unknown[] = [];
    await run({
      ...{ name: 'held', trials: 1 },
      evaluate: async () => {
        const program = `require('@switchyard/kernel-lib').nas.study({ space: require('@switchyard/kernel-lib').nas.space(${JSON.stringify(space().choices)}), evaluate: () => 1, trials: 1, progress: false, name: 'held', storage: ${JSON.stringify(join(folder, 'a.db'))} }).then(() => console.log('ran'), (error) => console.log(error.message))`;
        inner.push(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: import.meta.dirname }));
        return 1;
      }
    });
    expect(inner[0]).toContain(`the study "held" must be run by one process at a time, got process ${process.pid}`);
  });

  test('a reader that holds the database open does not hold it up (optuna-dashboard#820)', async () => {
    const file = join(folder, 'read.db');
    await run({ name: 'read', storage: file, trials: 1 });
    const reader = spawn(PYTHON, [
      '-c',
      'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("BEGIN"); c.execute("SELECT count(*) FROM trials").fetchall(); print("reading", flush=True); sys.stdin.read()',
      file
    ]);
    await new Promise((resolve) => reader.stdout.once('data', resolve));
    const { trials } = await run({ name: 'read', storage: file, trials: 10 });
    expect(trials).toHaveLength(10);
    expect(reader.exitCode).toBeNull();
    reader.stdin.end();
  });

  test('where it cannot be written the study says so; no Python, no folder', async () => {
    const gone = join(folder, 'no', 'such', 'folder.db');
    await expect(run({ storage: gone }).result).rejects.toThrow(
      /nas\.study: the storage of the study said: .*unable to open database file/
    );
    expect(existsSync(gone)).toBe(false);
    writeFileSync(join(folder, 'text.db'), 'not a database, but some text that is long enough to be read as one');
    await expect(run({ storage: join(folder, 'text.db') }).result).rejects.toThrow('file is not a database');
    await expect(run({ python: '/no/python' }).result).rejects.toThrow(
      'nas.study: a Python with optuna must be there (`npx switchyard setup` installs it), got /no/python'
    );
    await expect(run({ storage: 'nosuch://host/db' }).result).rejects.toThrow(
      'nas.study: the storage of the study said'
    );
    // No driver of a server is a part of the environment.
    for (const [url, driver, name] of [
      ['mysql+pymysql://root@127.0.0.1:1/db', 'mysql\\+pymysql', 'pymysql'],
      ['mysql://root@127.0.0.1:1/db', 'mysql', 'mysqlclient'],
      ['postgresql+psycopg2://root@127.0.0.1:1/db', 'postgresql\\+psycopg2', 'psycopg2-binary']
    ]) {
      await expect(run({ storage: url }).result).rejects.toThrow(
        new RegExp(
          `the driver of ${driver} must be there \\(".*python.*" -m pip install ${name} installs it\\), got: No module`
        )
      );
    }
  });

  test('several objectives with infinities and failures are stored (optuna#5374, optuna#3676)', async () => {
    const { trials, front } = await run({
      ...{ name: 'two-goals', trials: 6, strategy: nas.optuna({ sampler: 'nsga2' }) },
      objectives: [
        { name: 'x', better: 'lower' },
        { name: 'y', better: 'higher' }
      ],
      limits: { y: { atMost: 15 } },
      evaluate: ({ candidate: { a }, number }) => ({ x: number === 2 ? -Infinity : (a as number), y: a as number })
    });
    expect(trials.map(({ state }) => state).filter((state) => state === 'failed')).toHaveLength(1);
    front.forEach(({ values }) => expect(values.y).toBeLessThanOrEqual(15));
  });

  test('`switchyard study` lists, shows and exports, and resumes by its script', async () => {
    const file = join(folder, 'cli.db');
    await run({ name: 'mine', storage: file, trials: 3, evaluate: ({ number }) => (number === 1 ? NaN : number) });
    const cli = (...words: string[]) =>
      spawnSync(
        process.execPath,
        [join(import.meta.dirname, '../../../kernel-lib/bin/switchyard.js'), 'study', ...words],
        {
          encoding: 'utf8'
        }
      );
    expect(cli('show', '-s', file).stdout).toBe('mine\n');
    const shown = cli('show', 'mine', '-s', file).stdout.split('\n');
    expect(shown[0]).toBe('3 trials: 2 complete, 1 failed');
    expect(shown[2]).toMatch(/^0\tcomplete\t0\ta=\d+ b=[xy]$/);
    expect(shown[3]).toContain('an evaluation must give a finite "value", got NaN');
    const out = join(folder, 'mine.json');
    expect(cli('export', 'mine', '-s', file, '-o', out).status).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ name: 'mine', trials: { length: 3 } });
    expect(cli('show', 'other', '-s', file).stderr).toContain('There is no study "other" (there: mine)');
    expect(cli('show', '-s', join(folder, 'none.db')).stderr).toContain('There is no database');
    expect(cli('delete').status).toBe(2);
    const script = join(folder, 'script.js');
    writeFileSync(script, 'process.exitCode = 3');
    expect(cli('resume', script).status).toBe(3);
  });
});
