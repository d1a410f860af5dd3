import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, models, nas, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'latency-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A clock that modules move on by themselves. */
let clock = 0;
let passes: string[] = [];
beforeEach(() => ([clock, passes] = [0, []]));

const OVERHEAD = 2;

/** Takes so many milliseconds by the clock, one after the other of those given. */
class Takes extends core.Module {
  readonly kind = 'takes';
  private at = 0;
  constructor(
    private readonly name: string,
    private readonly times: readonly number[]
  ) {
    super();
  }
  apply(x: tf.Tensor): tf.Tensor {
    passes.push(this.name);
    clock += this.times[this.at++ % this.times.length];
    return x.clone();
  }
}

// Each look at the clock takes it on by 2: what an empty pass takes.
const now = (): number => (clock += OVERHEAD);

const TIMES: Record<string, number> = { small: 3, large: 10, head: 1 };
const space = nas.space({ blocks: nas.repeated(2, nas.categorical(['small', 'large'])) });
const part = (key: string, times = [TIMES[key]]): nas.LatencyPart => ({
  ...{ key, input: [1, 2] },
  build: () => new Takes(key, times)
});
const parts: nas.PartsOf = ({ blocks }) => [...(blocks as string[]).map((key) => part(key)), part('head')];
const measured = (options: Partial<nas.LatencyTableOptions> = {}) =>
  nas.latencyTable({ ...{ space, parts, now, passes: 9, warmUp: 2 }, ...options });
const candidate = (...blocks: string[]) => ({ blocks });

describe('a latency table by a clock that is made up', () => {
  test('measures each part once, warmed up, without what an empty pass takes, and predicts the sum', async () => {
    const table = await measured();
    expect(table.data).toMatchObject({
      overhead: { milliseconds: OVERHEAD },
      entries: {
        small: { milliseconds: 3, low: 3, high: 3 },
        large: { milliseconds: 10 },
        head: { milliseconds: 1 }
      },
      ...{ passes: 9, warmUp: 2 }
    });
    // Of four candidates each part is there several times; in turn, so that all see the same machine.
    expect(passes).toHaveLength(3 * (9 + 2));
    expect(passes.slice(0, 6)).toEqual(['small', 'head', 'large', 'small', 'head', 'large']);
    expect(table.predict(candidate('small', 'large')).milliseconds).toBe(OVERHEAD + 3 + 10 + 1);
    expect(table.milliseconds(candidate('large', 'large'))).toBe(OVERHEAD + 10 + 10 + 1);
  });

  test('a time is a median with the interval of its order statistics; what warms up does not count', async () => {
    // Two to warm up, then nine: 1 to 9 in disorder. Ranks 2 and 8 of nine hold the median with 96 %.
    const disordered = [500, 400, 7, 1, 9, 3, 5, 8, 2, 6, 4];
    const table = await measured({ parts: () => [part('one', disordered)], points: [space.decode([0, 0])] });
    expect(table.data.entries.one).toEqual({ milliseconds: 5, low: 2, high: 8 });
    // Ranks 10 and 22 of 31: 9 and 23 would hold it with 98.5 %, 11 and 21 with 92.9 %.
    const many = Array.from({ length: 31 }, (_, i) => ((7 * i) % 31) + 1);
    const longer = await measured({ parts: () => [part('one', many)], points: [{}], passes: 31, warmUp: 0 });
    expect(longer.data.entries.one).toEqual({ milliseconds: 16, low: 10, high: 22 });
    // A part that is there twice errs by the same twice.
    const twice = new nas.LatencyTable(table.data, () => [part('one'), part('one')]);
    expect(twice.predict({})).toEqual({ milliseconds: OVERHEAD + 10, low: OVERHEAD + 4, high: OVERHEAD + 16 });
    const other = { ...table.data, entries: { one: { milliseconds: 5, low: 2, high: 8 }, two: { milliseconds: 9, low: 5, high: 13 } } }; // prettier-ignore
    const both = new nas.LatencyTable(other, () => [part('one'), part('two')]);
    expect(both.predict({})).toEqual({ milliseconds: OVERHEAD + 14, low: OVERHEAD + 9, high: OVERHEAD + 19 });
  });

  test('a large space is drawn from until no new part comes', async () => {
    const large = nas.space({
      blocks: nas.repeated(20, nas.categorical(['small', 'large'])),
      rate: nas.float(0, 1)
    });
    const table = await measured({ space: large });
    expect(table.keys.sort()).toEqual(['head', 'large', 'small']);
    const rare = nas.space({ widths: nas.repeated(3, nas.integer(0, 63)) });
    const all = await measured({ space: rare, parts: ({ widths }) => [part(`width ${(widths as number[])[0]}`, [1])] });
    expect(all.keys).toHaveLength(64);
  });

  test('says which parts it lacks', async () => {
    const table = await measured({
      points: [space.decode(space.encode({ 'blocks.0': 'small', 'blocks.1': 'small' }))]
    });
    expect(table.keys).toEqual(['small', 'head']);
    expect(table.missing(candidate('small', 'small'))).toEqual([]);
    expect(table.missing(candidate('large', 'large'))).toEqual(['large']);
    expect(() => table.predict(candidate('large', 'small'))).toThrow(
      'nas.latencyTable: the table must hold all parts of the candidate (2 are there), got none of large'
    );
  });

  test('is kept in a file with machine and date; what it holds is not measured again', async () => {
    const file = join(folder, 'table.json');
    const first = await measured({ file, points: [{ 'blocks.0': 'small', 'blocks.1': 'small' }] });
    const stored = JSON.parse(readFileSync(file, 'utf8')) as nas.LatencyTableData;
    expect(stored).toEqual(first.data);
    expect(stored.machine.threads).toBeGreaterThan(0);
    expect(stored.machine.processor).not.toBe('');
    expect(Date.parse(stored.date)).toBeGreaterThan(Date.parse('2026-01-01'));
    passes = [];
    const second = await measured({ file });
    expect(new Set(passes)).toEqual(new Set(['large']));
    expect(second.data.entries).toEqual({ ...first.data.entries, large: { milliseconds: 10, low: 10, high: 10 } });
    expect(nas.openLatencyTable(file, { parts }).data).toEqual(second.data);
  });

  test('a table of another machine is refused, unless it is asked for', async () => {
    const table = await measured();
    for (const change of [
      { threads: 64 },
      { processor: 'another' },
      { device: 'gpu' },
      { tensorflow: '1.0' },
      { platform: 'win32 x64' }
    ]) {
      // prettier-ignore
      const file = join(folder, 'elsewhere.json');
      const data = { ...table.data, machine: { ...table.data.machine, ...change } };
      new nas.LatencyTable(data, parts).save(file);
      const [[name, value]] = Object.entries(change);
      const message = new RegExp(`the table must be of this machine \\(${name}: .*got ${value}, measured 20`);
      expect(() => nas.openLatencyTable(file, { parts })).toThrow(message);
      await expect(measured({ file })).rejects.toThrow(message);
      expect(() => nas.latencyError(new nas.LatencyTable(data, parts), { space, build: () => part('head').build(), input: [1, 2] })).toThrow(message); // prettier-ignore
      expect(nas.openLatencyTable(file, { parts, elsewhere: true }).milliseconds(candidate('small', 'small'))).toBe(9);
    }
  });

  test.each([
    ['{', 'the file must be a latency table of this version'],
    ['{"format": "another"}', 'the file must be a latency table of this version'],
    ['null', 'the file must be a latency table of this version']
  ])('refuses a file that is none: %s', (text, message) => {
    const file = join(folder, 'none.json');
    writeFileSync(file, text);
    expect(() => nas.openLatencyTable(file, { parts })).toThrow(message);
  });

  test('refuses a time that is none, parts without a key, and numbers out of range', async () => {
    const table = await measured();
    const file = join(folder, 'negative.json');
    const entries = { ...table.data.entries, small: { milliseconds: -1, low: 0, high: 0 } };
    writeFileSync(file, JSON.stringify({ ...table.data, entries }));
    expect(() => nas.openLatencyTable(file, { parts })).toThrow('times must be numbers of at least 0 ("small")');
    await expect(measured({ parts: () => [{ ...part('head'), key: '' }] })).rejects.toThrow('must have a key');
    await expect(measured({ parts: () => [{ ...part('head'), input: [] }] })).rejects.toThrow('must be a shape');
    await expect(measured({ passes: 5 })).rejects.toThrow('passes must be an integer 6..1000, got 5');
    await expect(measured({ warmUp: -1 })).rejects.toThrow('warmUp must be an integer of at least 0');
    await expect(measured({ signal: AbortSignal.abort() })).rejects.toThrow('abort');
  });

  test('its error against whole networks is what the sums are off by', async () => {
    const table = await measured();
    // Whole networks take 1.25 of what their parts take, and what an empty pass takes.
    const error = nas.latencyError(table, {
      ...{ space, now, passes: 9, candidates: 100, input: [1, 2] },
      build: ({ blocks }) =>
        new Takes('whole', [1.25 * ((blocks as string[]).reduce((sum, key) => sum + TIMES[key], 0) + 1)])
    });
    // 7 of 8.75, twice 14 of 17.5, 21 of 26.25, and 2 more for each.
    const pairs = [[9, 10.75], [16, 19.5], [16, 19.5], [23, 28.25]]; // prettier-ignore
    const mean = (of: (p: number, m: number) => number) => pairs.reduce((sum, [p, m]) => sum + of(p, m), 0) / 4;
    expect(error.rows.map(({ predicted, measured: { milliseconds } }) => [predicted.milliseconds, milliseconds]).sort(([a], [b]) => a - b)).toEqual(pairs); // prettier-ignore
    expect(error.mape).toBeCloseTo(
      mean((p, m) => (m - p) / m),
      12
    );
    expect(error.bias).toBeCloseTo(-error.mape, 12);
    expect(error.rmse).toBeCloseTo(Math.sqrt(mean((p, m) => (p - m) ** 2)), 12);
    expect([error.within10, error.kendall]).toEqual([0, 1]);
  });

  test('a part may be a module of a whole, timed on what reaches it', async () => {
    const before = tf.memory().numTensors;
    const language = nas.space({ layers: nas.integer(1, 3), hidden: nas.categorical([4, 8]) });
    const whole = (layers: number, hidden: number) =>
      models.denseTransformer({ layers, hidden, width: 4, heads: 1, contextLength: 6, vocabSize: 11 });
    const input = () => tf.zeros([1, 6], 'int32');
    const block = (hidden: number): nas.LatencyPart => ({
      ...{ key: `block ${hidden}`, path: 'layers.0', input },
      build: () => {
        const model = whole(1, hidden);
        model
          .modules()
          .get('layers.0')!
          .intercept((inner, x) => {
            passes.push(`${hidden}: ${x.shape.join('x')}`);
            clock += hidden;
            return inner(x);
          });
        return model;
      }
    });
    const list: nas.PartsOf = ({ layers, hidden }) => new Array<nas.LatencyPart>(layers as number).fill(block(hidden as number)); // prettier-ignore
    const table = await measured({ space: language, parts: list });
    expect(table.data.entries).toMatchObject({ 'block 4': { milliseconds: 4 }, 'block 8': { milliseconds: 8 } });
    // One pass each to see what reaches the block, then those that are timed.
    expect(passes.filter((pass) => pass === '8: 1x6x4')).toHaveLength(1 + 9 + 2);
    expect(table.milliseconds({ layers: 3, hidden: 8 })).toBe(OVERHEAD + 24);
    const strange = { ...block(4), path: 'layers.1' };
    await expect(measured({ space: language, parts: () => [strange] })).rejects.toThrow(
      'the path of "block 4" must be of a module that a pass reaches, got layers.1'
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  test('leaves no tensor, where a part cannot be built either', async () => {
    const before = tf.memory().numTensors;
    const mlp = { key: 'mlp', input: [2, 3], build: () => models.mlp({ inputWidth: 3, hidden: [4], outputWidth: 2 }) };
    const table = await measured({ parts: () => [mlp], now: () => performance.now() });
    nas.latencyError(table, { space, build: mlp.build, input: mlp.input, passes: 6 });
    const bad: nas.LatencyPart = { ...mlp, build: () => core.fail('test', 'it cannot be built', 'it') };
    await expect(measured({ parts: () => [mlp, { ...bad, key: 'bad' }] })).rejects.toThrow('cannot be built');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('latency in a search', () => {
  test('is a constraint of a space', async () => {
    const table = await measured();
    const limited = nas.space(space.choices, { constraints: [table.constraint({ atMost: 16 })] });
    const tried = [...limited.points()].map((point) => limited.candidate(point).blocks);
    expect(tried).toEqual([
      ['small', 'small'],
      ['small', 'large'],
      ['large', 'small']
    ]);
    const none = nas.space(space.choices, { constraints: [table.constraint({ atMost: 3 })] });
    await expect(
      nas.study({ space: none, evaluate: () => 1, storage: 'memory', progress: false }).result
    ).rejects.toThrow('one must meet the constraint "latency"');
  });

  test('is an objective, in the order that the objectives have, and a limit', async () => {
    const table = await measured();
    const options = {
      ...{ space, trials: 4, storage: 'memory', progress: false, strategy: nas.grid() },
      measures: { latency: (each: nas.Candidate) => table.milliseconds(each) },
      // More of the large ones lose less.
      evaluate: ({ candidate: { blocks } }: { candidate: nas.Candidate }) =>
        (blocks as string[]).filter((each) => each === 'small').length
    };
    const objectives = [{ name: 'loss', better: 'lower' }, { name: 'latency', better: 'lower', unit: 'ms' }] as const; // prettier-ignore
    const { trials, front } = await nas.study({ ...options, objectives });
    expect(trials.map(({ values }) => [values.loss, values.latency]).sort()).toEqual([[0, 23], [1, 16], [1, 16], [2, 9]]); // prettier-ignore
    expect(front.map(({ values }) => values.latency).sort((a, b) => a - b)).toEqual([9, 16, 16, 23]);
    const limited = await nas.study({ ...options, limits: { latency: { atMost: 16 } } });
    expect(limited.best!.values).toMatchObject({ value: 1, latency: 16 });
    const named = await nas.study({ ...options, evaluate: () => ({ value: 1, latency: 3 }) });
    expect(named.trials[0]).toMatchObject({ state: 'failed', error: expect.stringContaining('must not give "latency"') }); // prettier-ignore
  });

  test('a choice that the table does not hold ends the study before a trial of it', async () => {
    const table = await measured({ points: [{ 'blocks.0': 'small', 'blocks.1': 'small' }] });
    const tried: unknown[] = [];
    await expect(
      nas.study({
        ...{ space, trials: 4, storage: 'memory', progress: false, strategy: nas.grid() },
        measures: { latency: (each) => table.milliseconds(each) },
        evaluate: ({ candidate: each }) => tried.push(each.blocks)
      }).result
    ).rejects.toThrow('the table must hold all parts of the candidate (2 are there), got none of large');
    expect(tried).toEqual([['small', 'small']]);
  });
});

describe('mobile networks', () => {
  const stages = [
    { channels: 8, depth: 2 },
    { channels: 16, depth: 2 }
  ];
  const uib = nas.space.uib({ stages, expand: [1, 6], kernels: [0, 5] });
  const optionsOf = (each: nas.Candidate) => ({ stem: 8, expand: 32, classes: 10, blocks: nas.uibBlocks(stages, each) }); // prettier-ignore
  const SIZE = { size: 33, batch: 2 };

  test('parts read what the blocks of the whole network read, and compute the same', () => {
    const next = core.Random.fromSeed(3).generator();
    for (let i = 0; i < 4; i++) {
      const options = optionsOf(uib.candidate(uib.sample(next)));
      const model = models.mobileNetV4(options);
      const x = tf.zeros([2, 33, 33, 3]);
      const own = [...model.modules().get('features')!.children.values()];
      const captured = core.captureInputs(model, x, (each): each is core.Module => own.includes(each));
      const list = nas.mobileNetV4Parts(options, SIZE);
      expect(list.slice(0, -1).map(({ input }) => input)).toEqual(captured.map(({ input }) => input.shape));
      const sizes = list.map(({ build }) => {
        const module = build();
        const size = module.countParameters();
        module.dispose();
        return size;
      });
      expect(sizes.reduce((a, b) => a + b, 0)).toBe(model.countParameters());
      captured.forEach(({ input }) => input.dispose());
      x.dispose();
      model.dispose();
    }
  });

  // Under other load times are of the load; what cannot be off is that twelve times the work takes longer.
  test('measured here: sums tell which network is slow, and by how much they are off', async () => {
    const small: nas.Point = { 'stage0.depth': 1, 'stage0.blocks.0.expand': 1, 'stage0.blocks.0.dwStart': 0, 'stage0.blocks.0.dwMiddle': 0, 'stage1.depth': 1, 'stage1.blocks.0.expand': 1, 'stage1.blocks.0.dwStart': 0, 'stage1.blocks.0.dwMiddle': 0 }; // prettier-ignore
    const large = Object.fromEntries(
      [0, 1].flatMap((s) => [
        [`stage${s}.depth`, 2],
        ...[0, 1].flatMap((b) => [['expand', 6], ['dwStart', 5], ['dwMiddle', 5]].map(([name, value]) => [`stage${s}.blocks.${b}.${name}`, value])) // prettier-ignore
      ])
    ) as nas.Point;
    const list: nas.PartsOf = (each) => nas.mobileNetV4Parts(optionsOf(each), SIZE);
    const table = await nas.latencyTable({ space: uib, parts: list, points: [small, large], passes: 9 });
    expect(table.keys.length).toBeGreaterThan(6);
    const [fast, slow] = [small, large].map((point) => table.predict(uib.candidate(point)));
    expect(fast.milliseconds).toBeGreaterThan(0);
    expect(fast.low).toBeLessThanOrEqual(fast.milliseconds);
    expect(slow.milliseconds).toBeGreaterThan(1.5 * fast.milliseconds);
    const two = nas.space(uib.choices, { constraints: [{ name: 'measured', of: (each) => table.missing(each).length, atMost: 0 }] }); // prettier-ignore
    const error = nas.latencyError(table, {
      ...{ space: two, input: [2, 33, 33, 3], candidates: 2, passes: 9 },
      build: (each) => models.mobileNetV4(optionsOf(each))
    });
    expect(error.rows.length).toBeGreaterThan(0);
    expect(error.mape).toBeLessThan(1);
  }, 60_000);
});
