import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, nas } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

/** Programs of a small language: sums of x, y, z, xy and 1 with whole coefficients. The wanted one is 2x - y + 3z - xy + 1. */
const TERMS = ['x', 'y', 'z', 'xy', 'one'];
const language = () => nas.space(Object.fromEntries(TERMS.map((term) => [term, nas.integer(-4, 4)])));
const WANTED: Record<string, number> = { x: 2, y: -1, z: 3, xy: -1, one: 1 };
const INPUTS = [-1, 0, 1, 2].flatMap((x) =>
  [-2, 0, 1].map((y): Record<string, number> => ({ x, y, z: x - y * y, xy: x * y, one: 1 }))
);
const errorOf = (candidate: nas.Candidate): number =>
  INPUTS.reduce((sum, input) => {
    const off = TERMS.reduce((all, term) => all + input[term] * ((candidate[term] as number) - WANTED[term]), 0);
    return sum + Math.abs(off);
  }, 0);

/** Stands for a language model: it changes the best of the archive that it is given in a choice. */
const propose: nas.ProposerOptions['propose'] = (archive, space, next) =>
  archive.length === 0
    ? space.sample(next)
    : space.mutate(archive[Math.floor(next() * Math.min(3, archive.length))].point, next);

const run = (strategy: nas.Strategy, seed: number, trials = 60, more: Partial<nas.StudyOptions> = {}) =>
  nas.study({
    ...{ space: language(), strategy, seed, trials, storage: 'memory', progress: false },
    evaluate: ({ candidate }) => errorOf(candidate),
    ...more
  });

const bestOf = ({ best }: nas.StudyResult): number => best!.values.value;

describe.each([
  ['a meta agent that is given the whole archive [adas-meta-agent-search]', {}],
  ['a proposer with a memory of the best few, that checks novelty [diffnas]', { memory: 5, novelty: 0.01 }]
])('%s', (_title, options) => {
  const strategy = () => nas.proposer({ propose, ...options });

  test('reaches less error than independent proposals of as many trials, over ten seeds', async () => {
    const pairs = [];
    for (let seed = 0; seed < 10; seed++) {
      const alone = nas.proposer({ propose: (_archive, space, next) => space.sample(next), ...options });
      pairs.push(bestOf(await run(alone, seed)) - bestOf(await run(strategy(), seed)));
    }
    expect(pairs.filter((difference) => difference > 0).length).toBeGreaterThanOrEqual(8);
    expect(pairs.reduce((a, b) => a + b) / 10).toBeGreaterThan(0);
  });

  test('is given what was tried, the best first, and no more than its memory', async () => {
    const given: number[][] = [];
    const watched = nas.proposer({
      ...options,
      propose: (archive, space, next) => {
        given.push(archive.map(({ cost }) => cost));
        return propose(archive, space, next);
      }
    });
    const { trials } = await run(watched, 0, 20);
    given.forEach((costs) => expect(costs).toEqual([...costs].sort((a, b) => a - b)));
    const sizes = new Set(given.map(({ length }) => length));
    expect(Math.max(...sizes)).toBe('memory' in options ? options.memory : 19);
    expect(new Set(trials.map(({ candidate }) => JSON.stringify(candidate))).size).toBe(20);
  });

  test('its archive is the study: read again it goes on without asking anew, and with the same candidates', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'proposers-'));
    const more = { storage: join(folder, 'a.db'), name: 'mine' };
    let asked = 0;
    const counting = () =>
      nas.proposer({
        ...options,
        propose: (...args) => {
          asked++;
          return propose(...args);
        }
      });
    await run(counting(), 3, 6, more);
    const before = asked;
    const resumed = await run(counting(), 3, 9, more);
    const whole = await run(strategy(), 3, 9);
    expect(resumed.trials.map(({ candidate }) => candidate)).toEqual(whole.trials.map(({ candidate }) => candidate));
    expect(asked - before).toBeLessThan(2 * before);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('nas.proposer', () => {
  const start = (options: nas.ProposerOptions) =>
    nas
      .proposer(options)
      .start({ space: language(), objectives: 1, random: core.Random.fromSeed(0), repeats: false, optuna: null });

  test('what is not in the space is asked for again, and said where nothing else comes', async () => {
    const wrong = start({ propose: () => ({ terms: 1 }) });
    await wrong.ask(0);
    await expect(Promise.resolve(wrong.ask(1))).rejects.toThrow(
      'nas.space.check: a point must have choices of the space'
    );
  });

  test('a proposal that is not new enough is refused, and one drawn evenly instead', async () => {
    const first = language().sample(core.Random.fromSeed(1).generator());
    const searcher = start({ propose: () => first, initial: 0, novelty: 0.2 });
    expect(await searcher.ask(0)).toMatchObject({ point: first });
    expect(((await searcher.ask(1)) as nas.Proposal).point).not.toEqual(first);
  });

  test('waits for a proposer that takes its time', async () => {
    const slow = nas.proposer({ propose: async (archive, space, next) => propose(archive, space, next), initial: 1 });
    const { trials } = await run(slow, 0, 12, { executor: nas.inProcess({ slots: 4 }) });
    expect(trials).toHaveLength(12);
  });

  test.each([
    [{ propose: 3 as never }, 'nas.proposer: propose must be a function, got 3'],
    [{ propose, novelty: 2 }, 'nas.proposer: novelty must be a number 0..1, got 2'],
    [{ propose, memory: 0 }, 'nas.proposer: memory must be an integer of at least 1, got 0']
  ])('refuses %#', (options, message) => {
    expect(() => nas.proposer(options)).toThrow(message);
  });
});
