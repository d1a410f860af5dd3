import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { children, withVariable } from '../../support/processes';
import { rayPython } from '../../support/rayPython';

const SECONDS = 1000;

/** Variable by which what the cluster starts is known. */
const MARK = 'SWITCHYARD_TEST_CLUSTER';
const WORKER = join('executor', 'worker.js');

describe('nas.ray on a cluster of two nodes and a head', () => {
  let python: string;
  let folder: string;
  let cluster: ChildProcess;
  let address: string;
  const answers: ((answer: Record<string, unknown>) => void)[] = [];
  const answer = () => new Promise<Record<string, unknown>>((resolve) => answers.push(resolve));

  beforeAll(async () => {
    python = rayPython();
    folder = mkdtempSync(join(tmpdir(), 'ray-'));
    cluster = spawn(python, [join(import.meta.dirname, '../../support/rayCluster.py'), '2'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, RAY_USAGE_STATS_ENABLED: '0', [MARK]: '1' }
    });
    createInterface({ input: cluster.stdout! }).on('line', (line) =>
      line.startsWith('{') ? answers.shift()?.(JSON.parse(line) as Record<string, unknown>) : undefined
    );
    ({ address } = (await answer()) as { address: string });
  }, 300 * SECONDS);

  afterAll(async () => {
    const over = new Promise((resolve) => cluster.once('close', resolve));
    cluster.stdin!.end();
    await over;
    rmSync(folder, { recursive: true, force: true });
  }, 60 * SECONDS);

  test(
    'a node that is killed in the middle loses no trial; crashes fail theirs; nothing is left on the cluster',
    async () => {
      let killed = Promise.resolve<unknown>(null);
      let begun = false;
      let workers = 0;
      const { status, trials } = await nas.study({
        space: nas.space({ a: nas.integer(0, 11) }),
        evaluate: async ({ candidate, point }) => {
          await new Promise((resolve) => setTimeout(resolve, 700));
          if (candidate.a === 4) {
            process.exit(3);
          }
          return (point.a as number) * 2;
        },
        executor: nas.ray({ python, address, workers: 2, node: process.execPath }),
        ...{ storage: 'memory', trials: 12, progress: false },
        watch: {
          start: () => undefined,
          end: () => undefined,
          trial: ({ state, attributes }) => {
            workers = Math.max(workers, withVariable(WORKER, MARK).length);
            if (state === 'complete' && !begun && attributes?.told !== undefined && attributes.told > 4) {
              begun = true;
              killed = answer();
              cluster.stdin!.write('kill\n');
            }
          }
        }
      });
      await killed;
      expect(begun).toBe(true);
      expect(status).toBe('finished');
      expect(trials.map(({ candidate }) => candidate.a as number).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 12 }, (_, i) => i)
      );
      trials.forEach(({ candidate: { a }, values, error }) =>
        a === 4 ? expect(error).toContain('exit code 3') : expect(values.value).toBe((a as number) * 2)
      );
      // A trial whose node was lost has a number beyond the twelve: it was begun anew.
      expect(Math.max(...trials.map(({ number }) => number))).toBeGreaterThan(11);
      await new Promise((resolve) => setTimeout(resolve, 2 * SECONDS));
      expect(workers).toBeGreaterThan(0);
      expect(withVariable(WORKER, MARK)).toEqual([]);
      expect(children('trials_on_ray.py')).toEqual([]);
    },
    170 * SECONDS
  );

  test(
    'ASHA pauses and promotes by files that all nodes see',
    async () => {
      const { trials } = await nas.study({
        space: nas.space({ x: nas.float(0, 1) }),
        strategy: nas.asha({ minResource: 1, maxResource: 9 }),
        evaluate: ({ candidate, resource = 0, folder: place, resumes }) => {
          // eslint-disable-next-line @typescript-eslint/no-require-imports
          const { readFileSync: read, writeFileSync: write } = require('fs') as typeof import('fs');
          const before = resumes ? Number(read(`${place}/spent`, 'utf8')) : 0;
          write(`${place}/spent`, String(resource));
          return { value: candidate.x as number, before };
        },
        executor: nas.ray({ python, address, workers: 1, node: process.execPath }),
        ...{ storage: 'memory', checkpoints: folder, trials: 16, progress: false }
      });
      const promoted = trials.filter(({ parent }) => parent !== null);
      expect(promoted.length).toBeGreaterThan(2);
      promoted.forEach(({ values, resource }) => expect(values.before * 3).toBe(resource));
      expect(
        existsSync(join(folder, '0', 'spent')) && Number(readFileSync(join(folder, '0', 'spent'), 'utf8'))
      ).toBeGreaterThan(0);
    },
    120 * SECONDS
  );

  test(
    'without an address it is a cluster of its own, whatever runs beside it',
    async () => {
      const { best } = await nas.study({
        ...{ space: nas.space({ a: nas.integer(0, 1) }), storage: 'memory', trials: 1, progress: false },
        evaluate: () => (process.env.SWITCHYARD_TEST_CLUSTER === undefined ? 1 : 0),
        executor: nas.ray({ python, workers: 1, node: process.execPath })
      });
      expect(best?.values.value).toBe(1);
    },
    120 * SECONDS
  );

  test(
    'without Ray, and without the cluster, it says so',
    async () => {
      const study = (options: Parameters<typeof nas.ray>[0]) =>
        nas.study({
          ...{ space: nas.space({ a: nas.integer(0, 1) }), evaluate: () => 1, storage: 'memory', progress: false },
          executor: nas.ray(options)
        }).result;
      await expect(study({ python: '/no/python' })).rejects.toThrow('nas.ray: a Python with ray must be there');
      await expect(study({ python, address: '127.0.0.1:1' })).rejects.toThrow(
        'nas.ray: the cluster (127.0.0.1:1) must be there'
      );
    },
    170 * SECONDS
  );

  test('refuses what it cannot have', () => {
    expect(() => nas.ray({ workers: 0 })).toThrow('nas.ray: workers must be an integer of at least 1, got 0');
    expect(() => nas.ray({ cpus: -1 })).toThrow('nas.ray: cpus must be a number of at least 0, got -1');
  });
});
