import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { children } from '../../support/processes';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'workers-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const space = () => nas.space({ a: nas.integer(0, 11) });
const run = (options: Partial<nas.StudyOptions>) =>
  nas.study({
    ...{ space: space(), evaluate: ({ candidate }) => candidate.a as number, storage: 'memory', progress: false },
    ...{ executor: nas.workers({ workers: 2 }), trials: 12, ...options }
  });

const ended = async (pid: number): Promise<boolean> => {
  for (let i = 0; i < 50; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
};

describe('nas.workers', () => {
  test('trains in processes of their own, with one thread each; numbers do not depend on how many there are (optuna#4412)', async () => {
    const trained = (workers: number) =>
      run({
        ...{
          space: nas.space({ hidden: nas.integer(4, 12, { step: 4 }), rate: nas.float(0.001, 0.1, { log: true }) }),
          trials: 4
        },
        executor: nas.workers({ workers }),
        objectives: [{ name: 'loss', better: 'lower' }],
        evaluate: async (trial, { models, train, nas: search, tf }) => {
          const { hidden, rate } = trial.candidate as { hidden: number; rate: number };
          const rows = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
          const inputs = tf.tensor2d(rows);
          const targets = tf.tensor2d(rows.map(([a, b]) => [a * b]));
          const task = train.tasks.regression({ inputs, targets, validation: { inputs, targets } });
          const model = models.mlp({ inputWidth: 2, hidden: [hidden], outputWidth: 1 });
          const measured = await search.trainCandidate(trial, { model, task, steps: 20, learningRate: rate });
          inputs.dispose();
          targets.dispose();
          return {
            ...measured,
            pid: process.pid,
            tensors: tf.memory().numTensors,
            threads: Number(process.env.TF_NUM_INTRAOP_THREADS)
          };
        }
      });
    const [one, two] = [await trained(1), await trained(2)];
    expect(one.trials.map(({ error }) => error)).toEqual([null, null, null, null]);
    const byCandidate = ({ trials }: nas.StudyResult) =>
      Object.fromEntries(trials.map(({ candidate, values }) => [JSON.stringify(candidate), values.loss]));
    expect(byCandidate(one)).toEqual(byCandidate(two));
    expect(new Set(one.trials.map(({ values }) => values.threads))).toEqual(new Set([1]));
    expect(new Set(one.trials.map(({ values }) => values.tensors)).size).toBe(1);
    expect(one.trials.map(({ values }) => values.pid)).not.toContain(process.pid);
  });

  test('a crash fails its trial, and the study goes on', async () => {
    const { trials } = await run({
      evaluate: ({ candidate }) => {
        if (candidate.a === 3) {
          process.kill(process.pid, 'SIGSEGV');
        }
        if (candidate.a === 5) {
          process.exit(7);
        }
        return candidate.a as number;
      }
    });
    const failed = Object.fromEntries(
      trials.flatMap(({ candidate, error }) => (error === null ? [] : [[candidate.a, error]]))
    );
    expect(Object.keys(failed)).toEqual(['3', '5']);
    expect(failed['3']).toContain('the worker died: it was ended by SIGSEGV');
    expect(failed['5']).toContain('the worker died: it ended with exit code 7');
    expect(trials).toHaveLength(12);
  });

  test('limits of time and memory end a trial that hears nothing', async () => {
    const { trials } = await run({
      executor: nas.workers({ workers: 2, seconds: 2.5, memory: 900 }),
      evaluate: ({ candidate }) => {
        while (candidate.a === 3) {
          // Computes for ever.
        }
        if (candidate.a === 5) {
          const blocks: Buffer[] = [];
          while (blocks.length < 200) {
            blocks.push(Buffer.alloc(2 ** 24, 1));
          }
        }
        return candidate.a as number;
      }
    });
    const failed = Object.fromEntries(
      trials.flatMap(({ candidate, error }) => (error === null ? [] : [[candidate.a, error]]))
    );
    expect(failed['3']).toBe('the trial took longer than 2.5 seconds');
    expect(failed['5']).toMatch(/the worker took more than its memory: \d+ of 900 MB/);
    expect(Object.keys(failed)).toHaveLength(2);
  });

  test('measures that JSON has not, reports, prints and methods come through', async () => {
    const heard: [number, number | null][] = [];
    const file = join(folder, 'evaluate.js');
    writeFileSync(
      file,
      'exports.evaluate = (trial) => { console.log("hello"); trial.report(1, 5); return trial.candidate.a === 1 ? NaN : 2; };'
    );
    const { trials } = await run({
      evaluate: { file },
      watch: {
        start: () => undefined,
        end: () => undefined,
        trial: ({ intermediate }) => heard.push(...(intermediate as [number, number][]))
      }
    });
    expect(trials.filter(({ error }) => error !== null).map(({ candidate, error }) => [candidate.a, error])).toEqual([
      [1, 'an evaluation must give a finite "value", got NaN']
    ]);
    expect(heard.length).toBeGreaterThan(11);
    const methods = {
      evaluate({ candidate }: nas.RunningTrial) {
        return candidate.a as number;
      }
    };
    await expect(run({ evaluate: methods.evaluate.bind(methods) }).result).rejects.toThrow(
      'nas.study: evaluate must be a function that tells its source'
    );
    expect((await run({ evaluate: methods.evaluate })).best!.candidate.a).toBe(0);
  });

  test('what stands round the function is not there, and the error says so', async () => {
    const outside = 3;
    const { trials } = await run({ evaluate: ({ candidate }) => (candidate.a as number) + outside, trials: 1 });
    expect(trials[0].error).toContain(
      'outside is not defined (an evaluation in another process sees its arguments only)'
    );
    const missing = await run({ evaluate: { file: join(folder, 'missing.js') }, trials: 1 });
    expect(missing.trials[0].error).toContain('Cannot find module');
  });

  test('an interrupt ends the workers at once, and leaves none', async () => {
    const began = Date.now();
    const study = run({ evaluate: () => new Promise(() => setInterval(() => undefined, 1000)) });
    setTimeout(() => study.stop(), 1500);
    const { status, trials } = await study;
    expect([status, trials.length]).toEqual(['stopped', 0]);
    expect(Date.now() - began).toBeLessThan(6000);
    expect(children(join('executor', 'worker.js'))).toEqual([]);
  });

  test('workers end with the process that has them, however it ends, also where they compute (ray#42861)', async () => {
    const pids = join(folder, 'pids');
    const program = `const { nas } = require('@switchyard/kernel-lib');
      nas.study({ space: nas.space({ a: nas.integer(0, 9) }), storage: 'memory', progress: false, executor: nas.workers({ workers: 2 }),
        evaluate: () => { require('fs').appendFileSync(${JSON.stringify(pids)}, process.pid + '\\n'); for (;;) {} } });
      setInterval(() => { try { if (require('fs').readFileSync(${JSON.stringify(pids)}, 'utf8').split('\\n').length > 2) process.kill(process.pid, 'SIGKILL'); } catch {} }, 50);`;
    expect(() =>
      execFileSync(process.execPath, ['-e', program], { cwd: import.meta.dirname, stdio: 'ignore' })
    ).toThrow();
    const left = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(left).toHaveLength(2);
    for (const pid of left) {
      expect(await ended(pid)).toBe(true);
    }
  });

  test.each([
    [{ workers: 0 }, 'nas.workers: workers must be an integer of at least 1, got 0'],
    [{ memory: 0 }, 'nas.workers: memory must be a number of at least 1, got 0'],
    [{ seconds: NaN }, 'nas.workers: seconds must be a number']
  ])('refuses %o', (options, message) => {
    expect(() => nas.workers(options)).toThrow(message);
  });
});
