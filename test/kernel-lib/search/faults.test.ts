import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, nas } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Public faults of other search tools, with the file of the test that is named after them. */
const FAULTS: Record<string, string[]> = {
  'kernel-lib/search/storage': [
    ...['optuna#2021', 'optuna#5440', 'optuna#3215', 'optuna#6283', 'ray#30861', 'optuna#5374', 'optuna#3676'],
    ...['optuna#2199', 'optuna-dashboard#820']
  ],
  'parity/hypervolume': ['optuna#2421'],
  'kernel-lib/search/study': [
    ...['optuna#5780', 'optuna#5097', 'optuna#4627', 'syne-tune#445', 'keras-tuner#35', 'keras-tuner#237'],
    ...['hyperopt#492', 'Ax#4970', 'pymoo#95', 'once-for-all#75']
  ],
  'kernel-lib/search/workers': ['optuna#4412', 'ray#42861'],
  'kernel-lib/search/strategies': ['ray#44256', 'ray#32634', 'ray#4401'],
  'kernel-lib/transform/elastic/supernet': ['once-for-all#15', 'slimmable_networks#35'],
  'kernel-lib/train/elastic/task': ['DetNAS#3', 'DS-Net#7'],
  'kernel-lib/search/faults': ['optuna#3132', 'optuna#4627', 'ray#14500', 'syne-tune#445', 'once-for-all#75']
};

const PYTHON = join(import.meta.dirname, '../../../.venv/bin/python');

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'faults-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.entries(FAULTS))('each fault of the field has a test named after it: %s', (file, faults) => {
  const text = readFileSync(join(import.meta.dirname, `../../${file}.test.ts`), 'utf8');
  const titles = [...text.matchAll(/['"](.*\(.*#\d+.*\))['"]/g)].map(([, title]) => title).join('\n');
  faults.forEach((fault) => expect(titles).toMatch(new RegExp(`\\b${fault}\\b`)));
});

test('an objective that is no number ends its trial, which Optuna finds failed and not running (optuna#3132)', async () => {
  const file = join(folder, 'nan.db');
  await nas.study({
    ...{ space: nas.space({ a: nas.integer(0, 9) }), storage: file, name: 'nan', trials: 4, progress: false },
    evaluate: ({ number }) => [NaN, Infinity, -Infinity, 1][number]
  });
  const program =
    'import sys, optuna; print(*(t.state.name for t in optuna.load_study(study_name="nan", storage="sqlite:///" + sys.argv[1]).trials))';
  const states = execFileSync(PYTHON, ['-c', program, file], { encoding: 'utf8' });
  expect(states.trim()).toBe('FAIL FAIL FAIL COMPLETE');
});

test('trials that somebody else adds to the database meanwhile do not mix up ours', async () => {
  const file = join(folder, 'shared.db');
  const program =
    'import sys, optuna; optuna.load_study(study_name="shared", storage="sqlite:///" + sys.argv[1]).add_trial(optuna.trial.create_trial(value=-1.0, params={}, distributions={}))';
  const { trials } = await nas.study({
    ...{ space: nas.space({ a: nas.integer(0, 9) }), storage: file, name: 'shared', trials: 4, progress: false },
    evaluate: ({ number, candidate }) => {
      if (number === 1) {
        execFileSync(PYTHON, ['-c', program, file]);
      }
      return candidate.a as number;
    }
  });
  expect(trials.map(({ number }) => number)).toEqual([0, 1, 3, 4]);
  const read =
    'import sys, json, optuna; print(json.dumps([[t.number, t.state.name, t.value, t.params.get("a")] for t in optuna.load_study(study_name="shared", storage="sqlite:///" + sys.argv[1]).trials]))';
  const stored = JSON.parse(execFileSync(PYTHON, ['-c', read, file], { encoding: 'utf8' })) as unknown[];
  expect(stored).toEqual([
    ...trials.slice(0, 2).map(({ number, values: { value } }) => [number, 'COMPLETE', value, value]),
    [2, 'COMPLETE', -1, null],
    ...trials.slice(2).map(({ number, values: { value } }) => [number, 'COMPLETE', value, value])
  ]);
});

test("Optuna's own exhaustive sampler, four at a time and with failures, tries all and each once (optuna#4627)", async () => {
  const tried: string[] = [];
  const { status } = await nas.study({
    ...{ storage: 'optuna-memory', trials: 100, progress: false, executor: nas.inProcess({ slots: 4 }) },
    space: nas.space({ a: nas.integer(0, 3), b: nas.categorical(['x', 'y', 'z']) }),
    strategy: nas.optuna({ sampler: 'brute-force', seed: 1 }),
    evaluate: async ({ candidate, number }) => {
      tried.push(JSON.stringify(candidate));
      await new Promise((resolve) => setTimeout(resolve, (number % 3) * 5));
      return number % 4 === 1 ? NaN : number;
    }
  });
  expect(status).toBe('exhausted');
  expect([tried.length, new Set(tried).size]).toEqual([12, 12]);
});

describe('where every trial is paused', () => {
  test.each([
    ['asha', nas.asha({ minResource: 1, maxResource: 9 }), 2, 2],
    ['asha, all equal', nas.asha({ minResource: 1, maxResource: 9 }), 9, 9 + 3 + 1],
    ['hyperband', nas.hyperband({ minResource: 1, maxResource: 9 }), 2, 2]
  ])('the study ends, and does not wait for ever: %s (ray#14500)', async (_name, strategy, size, trials) => {
    const result = await nas.study({
      ...{ space: nas.space({ a: nas.integer(1, size) }), strategy, trials: 100, progress: false, storage: 'memory' },
      ...{ executor: nas.inProcess({ slots: 3 }), evaluate: () => 1 }
    });
    expect(result.status).toBe('exhausted');
    expect(result.trials).toHaveLength(trials);
  });
});

test('a trial that is paused is not complete, and finds its checkpoint when it goes on, after a restart too (syne-tune#445)', async () => {
  const found: boolean[] = [];
  const run = (trials: number) =>
    nas.study({
      ...{ space: nas.space({ a: nas.integer(0, 30) }), storage: join(folder, 'paused.db'), name: 'paused', trials },
      ...{ strategy: nas.asha({ minResource: 1, maxResource: 9 }), progress: false },
      evaluate: ({ candidate, folder: own, resumes, resource }) => {
        const file = join(own!, 'state');
        if (resumes) {
          found.push(existsSync(file) && readFileSync(file, 'utf8') === `${candidate.a as number}`);
        }
        writeFileSync(file, `${candidate.a as number}`);
        return (candidate.a as number) / resource!;
      }
    });
  const first = await run(9);
  expect(first.trials.filter(({ state, resource }) => state === 'complete' && resource !== 9)).toEqual([]);
  expect(first.trials.some(({ state }) => state === 'pruned')).toBe(true);
  // Optuna, and its dashboard, have the value at which a trial is paused.
  const program =
    'import sys, json, optuna; print(json.dumps([[t.state.name, t.value] for t in optuna.load_study(study_name="paused", storage="sqlite:///" + sys.argv[1]).trials]))';
  const stored = execFileSync(PYTHON, ['-c', program, join(folder, 'paused.db')], { encoding: 'utf8' });
  expect(JSON.parse(stored)).toEqual(
    first.trials.map(({ state, values: { value } }) => [state === 'pruned' ? 'PRUNED' : 'COMPLETE', value])
  );
  const whole = await run(24);
  expect(found.length).toBeGreaterThan(5);
  expect(found).not.toContain(false);
  expect(whole.trials.slice(0, 9)).toEqual(first.trials);
});

test.each([
  ['aged evolution', () => nas.agedEvolution({ population: 10, sample: 3 })],
  ['genetic', () => nas.genetic({ population: 10 })],
  ['surrogate', () => nas.surrogate({ initial: 10, population: 10, generations: 2 })]
])(
  'children do not collapse to one architecture where a constraint leaves little: %s (once-for-all#75)',
  (_name, make) => {
    // 70 of 3,125 candidates are left.
    const space = nas.space(
      { a: nas.repeated(5, nas.integer(0, 4)) },
      { constraints: [{ name: 'sum', of: ({ a }) => (a as number[]).reduce((x, y) => x + y), atMost: 3 }] }
    );
    const setting = { space, objectives: 1, random: core.Random.fromSeed(1), repeats: false, optuna: null };
    const searcher = make().start(setting);
    const hashes = new Set<string>();
    for (let id = 0; id < 50; id++) {
      const { point } = searcher.ask(id) as nas.Proposal;
      expect(space.isFeasible(point)).toBe(true);
      hashes.add(space.hash(point));
      searcher.tell({ id, point, costs: [Object.values(point).filter((each) => each === 0).length], violation: 0 });
    }
    expect(hashes.size).toBe(50);
  }
);
