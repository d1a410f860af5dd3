import { core, nas } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const space = () => nas.space({ a: nas.integer(0, 20), b: nas.categorical(['x', 'y']) });
const cost = ({ candidate }: nas.RunningTrial): number =>
  Math.abs((candidate.a as number) - 13) + (candidate.b === 'y' ? 0 : 3);

const run = (options: Partial<nas.StudyOptions> = {}) =>
  nas.study({ space: space(), evaluate: cost, storage: 'memory', trials: 20, progress: false, ...options });

describe('nas.study', () => {
  test('tries candidates and finds the best, the same by the same seed', async () => {
    const [one, two, other] = [await run({ seed: 1 }), await run({ seed: 1 }), await run({ seed: 2 })];
    const tried = ({ trials }: nas.StudyResult) =>
      trials.map(({ candidate, values, state }) => [candidate, values, state]);
    expect(tried(one)).toEqual(tried(two));
    expect(tried(one)).not.toEqual(tried(other));
    expect(one).toMatchObject({ status: 'finished', trials: { length: 20 } });
    expect(one.best!.values.value).toBe(Math.min(...one.trials.map(({ values }) => values.value)));
    expect(one.trials.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('a space smaller than the trials ends cleanly, nothing tried twice, the best has values (keras-tuner#35, keras-tuner#237, hyperopt#492)', async () => {
    for (const strategy of [nas.random(), nas.grid(), nas.agedEvolution({ population: 4, sample: 2 })]) {
      const { status, trials, best } = await run({ trials: 1000, strategy });
      expect(status).toBe('exhausted');
      expect(trials).toHaveLength(42);
      expect(new Set(trials.map(({ candidate }) => JSON.stringify(candidate))).size).toBe(42);
      expect(best!.candidate).toEqual({ a: 13, b: 'y' });
    }
  });

  test('the last line of its progress says why a trial failed', async () => {
    const host = globalThis as unknown as Record<symbol, unknown>;
    const key = Symbol.for('switchyard.display');
    const lines: string[] = [];
    host[key] = {
      capture: () => (message: { data: Record<string, string> }) => lines.push(message.data['text/plain'])
    };
    try {
      const evaluate = ({ number, candidate }: nas.RunningTrial): number => {
        if (number === 1) {
          throw new Error('no such file\nat a place');
        }
        return candidate.a as number;
      };
      await run({ trials: 3, evaluate, progress: true });
      expect(lines.at(-1)).toMatch(/^finished: trial 3 of 3, best value \d+, 1 failed \(the last one: no such file\)$/);
      await run({ trials: 3, progress: true });
      expect(lines.at(-1)).toMatch(/^finished: trial 3 of 3, best value \d+$/);
    } finally {
      host[key] = undefined;
    }
  });

  test('tried twice where that is asked for', async () => {
    const { trials } = await run({ trials: 100, repeats: true });
    expect(trials).toHaveLength(100);
    expect(new Set(trials.map(({ candidate }) => JSON.stringify(candidate))).size).toBeLessThan(43);
  });

  test('several trials at a time and failures neither repeat nor end a grid early (optuna#5780, optuna#5097, optuna#4627)', async () => {
    const counts = new Map<string, number>();
    const { trials, status } = await run({
      ...{ strategy: nas.grid(), trials: 1000, executor: nas.inProcess({ slots: 5 }) },
      evaluate: async (trial) => {
        const key = JSON.stringify(trial.candidate);
        counts.set(key, (counts.get(key) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, (trial.seed % 5) + 1));
        if (trial.seed % 4 === 0) {
          throw new Error('bad luck');
        }
        return cost(trial);
      }
    });
    expect(status).toBe('exhausted');
    expect([...counts.values()]).toEqual(new Array(42).fill(1));
    expect(trials.filter(({ state }) => state === 'failed').length).toBeGreaterThan(3);
  });

  test.each([
    [() => NaN, 'an evaluation must give a finite "value", got NaN'],
    [() => Infinity, 'an evaluation must give a finite "value", got Infinity'],
    [() => -Infinity, 'got -Infinity'],
    [() => ({ loss: 1 }), 'an evaluation must give a finite "value", got undefined'],
    [() => undefined as never, 'got undefined'],
    [
      () => {
        throw new TypeError('no model');
      },
      'TypeError: no model'
    ]
  ])('a trial fails and says why, and the study goes on: %#', async (evaluate, message) => {
    const { trials, best, front } = await run({
      trials: 5,
      evaluate: (trial) => (trial.number === 2 ? evaluate() : cost(trial))
    });
    expect(trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'failed', 'complete', 'complete']);
    expect(trials[2].error).toContain(message);
    expect(trials[2].values).toEqual({});
    expect(front).not.toContain(trials[2]);
    expect(best).not.toBeNull();
  });

  test('all trials failed: no best, no front, and an end', async () => {
    const { best, front, status } = await run({ evaluate: () => NaN, strategy: nas.agedEvolution() });
    expect([best, front, status]).toEqual([null, [], 'finished']);
    const halved = await run({
      evaluate: () => NaN,
      strategy: nas.hyperband({ minResource: 1, maxResource: 9 }),
      trials: 500
    });
    expect(halved.best).toBeNull();
    expect(halved.status).toBe('exhausted');
  });

  test('several objectives and limits: the front of those that meet the limits, in the directions given (Ax#4970, pymoo#95)', async () => {
    const { front, trials, best } = await run({
      trials: 42,
      objectives: [
        { name: 'accuracy', better: 'higher' },
        { name: 'size', better: 'lower' }
      ],
      limits: { size: { atLeast: 3 } },
      strategy: nas.genetic({ population: 8 }),
      evaluate: ({ candidate: { a, b } }) => ({ accuracy: (a as number) - (b === 'x' ? 0.5 : 0), size: a as number })
    });
    expect(trials).toHaveLength(42);
    expect(front.map(({ candidate }) => candidate)).toEqual(
      Array.from({ length: 18 }, (_, i) => ({ a: 20 - i, b: 'y' }))
    );
    expect(best).toBe(front[0]);
    const lone = await run({
      evaluate: () => 1,
      objectives: [
        { name: 'x', better: 'lower' },
        { name: 'y', better: 'lower' }
      ],
      trials: 1
    });
    expect(lone.trials[0].error).toContain('an evaluation must give x, y, got 1');
  });

  test('a maximised objective', async () => {
    const { best } = await run({
      ...{ objectives: [{ name: 'score', better: 'higher' }], strategy: nas.localSearch({ initial: 2 }), trials: 42 },
      evaluate: (trial) => -cost(trial)
    });
    expect(best!.candidate).toEqual({ a: 13, b: 'y' });
  });

  test('watchers and observers hear of each trial, and what it reports on the way', async () => {
    const heard: string[] = [];
    const events: core.TrialRecord[] = [];
    await run({
      trials: 2,
      evaluate: (trial) => {
        trial.report(1, 9);
        return cost(trial);
      },
      watch: {
        start: ({ name, totalTrials, strategy }) => heard.push(`${name} ${totalTrials} ${strategy}`),
        trial: ({ number, state, intermediate }) => heard.push(`${number} ${state} ${intermediate.length}`),
        end: (status, error) => heard.push(`${status} ${String(error)}`)
      },
      name: 'mine',
      observers: [core.observer('trial', (event) => events.push(event))]
    });
    expect(heard).toEqual([
      'mine 2 random',
      '0 running 0',
      '0 running 1',
      '0 complete 1',
      '1 running 0',
      '1 running 1',
      '1 complete 1',
      'finished null'
    ]);
    expect(events.map(({ state }) => state)).toEqual([
      'running',
      'running',
      'complete',
      'running',
      'running',
      'complete'
    ]);
    expect(events[1].values).toEqual({ value: 9 });
  });

  test('is stopped by a signal, by SIGINT and early by a rule', async () => {
    const controller = new AbortController();
    const signalled = await run({
      signal: controller.signal,
      evaluate: (trial) => {
        if (trial.number === 3) {
          controller.abort();
        }
        return cost(trial);
      }
    });
    expect([signalled.status, signalled.trials.length]).toEqual(['stopped', 4]);
    const interrupted = await run({
      evaluate: (trial) => {
        if (trial.number === 1) {
          process.emit('SIGINT');
        }
        return cost(trial);
      }
    });
    expect([interrupted.status, interrupted.trials.length]).toEqual(['stopped', 2]);
    expect(process.listenerCount('SIGINT')).toBe(0);
    const early = await run({ until: (_best, trials) => trials >= 7 });
    expect([early.status, early.trials.length]).toEqual(['finished', 7]);
  });

  test('ASHA pauses and promotes: the rungs end as pruned, the whole as complete, each in the folder of its first part (syne-tune#445)', async () => {
    const folders = new Map<string, string[]>();
    const { trials, best } = await run({
      ...{
        space: nas.space({ x: nas.float(0, 1) }),
        trials: 60,
        strategy: nas.asha({ minResource: 1, maxResource: 9 })
      },
      evaluate: ({ candidate, resource, folder, resumes, seed }) => {
        const key = `${candidate.x as number}`;
        folders.set(key, [...(folders.get(key) ?? []), `${folder} ${seed} ${resumes}`]);
        return (candidate.x as number) + 1 / resource!;
      }
    });
    const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
    const promoted = trials.filter(({ parent }) => parent !== null);
    expect(promoted.length).toBeGreaterThan(10);
    promoted.forEach(({ parent, resource, parameters }) => {
      expect(byNumber.get(parent!)!.parameters).toEqual(parameters);
      expect(byNumber.get(parent!)!.resource! * 3).toBe(resource);
    });
    trials.forEach(({ state, resource }) => expect(state).toBe(resource === 9 ? 'complete' : 'pruned'));
    expect(best!.resource).toBe(9);
    for (const parts of folders.values()) {
      expect(new Set(parts.map((part) => part.split(' ').slice(0, 2).join())).size).toBe(1);
      expect(parts.map((part) => part.split(' ')[2])).toEqual(parts.map((_, i) => String(i > 0)));
    }
  });

  test('a constraint that nobody meets ends in an error, not in a loop (once-for-all#75)', async () => {
    const nobody = nas.space({ a: nas.integer(0, 5) }, { constraints: [{ name: 'size', of: () => 1, atMost: 0 }] });
    await expect(run({ space: nobody }).result).rejects.toThrow('one must meet the constraint "size"');
  });

  test.each([
    [{ space: undefined as never }, 'nas.study: space must be given'],
    [{ evaluate: 3 as never }, 'nas.study: evaluate must be a function, or { file }'],
    [{ trials: 0 }, 'nas.study: trials must be an integer of at least 1, got 0'],
    [{ seed: -1 }, 'nas.study: seed must be an integer'],
    [{ objectives: [] }, 'nas.study: there must be an objective'],
    [{ objectives: [{ name: 'a', better: 'smaller' as never }] }, 'better of "a" must be lower or higher, got smaller'],
    [
      {
        objectives: [
          { name: 'a', better: 'lower' as const },
          { name: 'a', better: 'lower' as const }
        ]
      },
      'each objective must have a name of its own'
    ],
    [{ limits: { size: {} } }, 'the limit of "size" must be { atMost } or { atLeast }'],
    [{ executor: undefined, retries: -1 }, 'nas.study: retries must be an integer']
  ])('refuses %#', (options, message) => {
    expect(() => run(options)).toThrow(message);
  });

  test('a strategy that waits for nothing ends the study', async () => {
    const strategy: nas.Strategy = {
      ...{ kind: 'waits', options: {} },
      start: () => ({ ask: () => 'wait', tell: () => undefined, save: () => null })
    };
    expect((await run({ strategy })).status).toBe('exhausted');
  });
});
