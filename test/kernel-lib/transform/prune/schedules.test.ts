import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, models, prune, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';

const folder = mkdtempSync(join(tmpdir(), 'switchyard-schedules-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PATHS = ['0.weight', '1.weight'];
const make = (seed = 3): models.Mlp => models.mlp({ inputWidth: 6, hidden: [10], outputWidth: 4, seed });
const inputs = spread([64, 6]);
const task = train.tasks.classification({ inputs, labels: Array.from({ length: 64 }, (_, i) => (i * 7) % 4), batchSize: 8 }); // prettier-ignore

/** Every schedule, by its file. */
const SCHEDULES: Record<string, () => prune.PruningSchedule> = {
  gradual: () => prune.gradual({ sparsity: 0.8, every: 2, end: 9 }),
  dynamicSparse: () => prune.dynamicSparse({ density: 0.25, interval: 3, dropRate: 0.5, redistribute: true })
};

const masksOf = (model: core.Module): number[][] =>
  [...core.masksAt(model, PATHS).values()].map(({ variable }) => [...variable.dataSync()]);
const readOf = (model: core.Module): number[][] =>
  PATHS.map((path) => tf.tidy(() => [...model.parameters().get(path)!.read().dataSync()]));
const storedOf = (model: core.Module): number[][] =>
  PATHS.map((path) => [...model.parameters().get(path)!.variable.dataSync()]);
const countOf = (masks: number[][]): number => masks.flat().reduce((a, b) => a + b, 0);

interface Seen {
  density: number;
  masks: number[][];
  values: number[][];
  stored: number[][];
}

/** Trains, and tells of the masks after each step. */
async function run(
  model: core.Module,
  pruning: prune.PruningSchedule,
  options: Partial<train.TaskFitOptions> = {}
): Promise<Seen[]> {
  const seen: Seen[] = [];
  const watch: train.Watcher = {
    start: () => undefined,
    end: () => undefined,
    step: ({ scalars }) =>
      void seen.push({
        density: scalars.density,
        masks: masksOf(model),
        values: readOf(model),
        stored: storedOf(model)
      })
  };
  await train.fit(model, task, { steps: 12, seed: 5, learningRate: 0.05, weightDecay: 0.5, progress: false, pruning, watch, ...options }); // prettier-ignore
  return seen;
}

describe.each(Object.entries(SCHEDULES))('%s', (kind, schedule) => {
  test('what is masked is 0 after each step, whatever momentum and decay do, and the share that is left is told (tensorflow/model-optimization#684)', async () => {
    const model = make();
    expect(schedule().kind).toBe(kind);
    const seen = await run(model, schedule());
    expect(seen).toHaveLength(12);
    seen.forEach(({ density, masks, values }) => {
      masks.flat().forEach((kept, i) => kept === 0 && expect(Math.abs(values.flat()[i])).toBe(0));
      expect(density).toBeCloseTo(countOf(masks) / 100, 6);
    });
    expect(new Set(seen.map(({ masks }) => JSON.stringify(masks))).size).toBeGreaterThan(2);
    model.dispose();
  });

  test('checkpoints carry it: resumed, it goes on bit for bit, and with other settings it does not (TP#428, microsoft/nni#3527)', async () => {
    const path = join(folder, kind);
    const [whole, again, other] = [make(), make(8), make()];
    const seen = await run(whole, schedule(), { checkpoint: { path: `${path}-whole` } });
    const stopping = new AbortController();
    const half = make();
    await train.fit(half, task, { steps: 12, seed: 5, learningRate: 0.05, weightDecay: 0.5, progress: false, pruning: schedule(), checkpoint: { path }, signal: stopping.signal, watch: { start: () => undefined, end: () => undefined, step: ({ step }) => step === 7 && stopping.abort() } }); // prettier-ignore
    expect(masksOf(half)).toEqual(seen[6].masks);
    const rest = await run(again, schedule(), { resume: path });
    expect(rest).toEqual(seen.slice(7));
    await expect(async () => run(other, prune.gradual({ sparsity: 0.3 }), { resume: path })).rejects.toThrow('pruning must be the checkpoint'); // prettier-ignore
    [whole, half, again, other].forEach((model) => model.dispose());
  });

  test('leaves no tensor behind', async () => {
    const once = async (): Promise<number> => {
      const model = make();
      await run(model, schedule());
      model.dispose();
      return tf.memory().numTensors;
    };
    await once();
    expect(await once()).toBe(await once());
  });
});

test('every schedule of the folder is in this battery', () => {
  const files = readdirSync(join(import.meta.dirname, '../../../../kernel-lib/src/transform/prune/schedules'));
  const names = files.map((name) => name.replace(/\.ts$/, '')).filter((name) => !['density', 'index', 'schedule'].includes(name)); // prettier-ignore
  expect(names.sort()).toEqual(Object.keys(SCHEDULES).sort());
});

describe('gradual', () => {
  test('masks the cubic share at its steps, more each time, and what it masked stays masked', async () => {
    const model = make();
    const seen = await run(model, prune.gradual({ sparsity: 0.8, begin: 1, end: 9, every: 4 }));
    // Of 60 and 40 values, at steps 5 and 9: 0.8 (1 - (1 - t / 8)^3).
    const masked = seen.map(({ masks }) => 100 - countOf(masks));
    expect(masked).toEqual([0, 0, 0, 0, 70, 70, 70, 70, 80, 80, 80, 80]);
    seen
      .slice(1)
      .forEach(({ masks }, i) =>
        masks.flat().forEach((kept, j) => expect(kept).toBeLessThanOrEqual(seen[i].masks.flat()[j]))
      );
    model.dispose();
  });

  test('few large steps prune too: the change at the end comes always (tensorflow/model-optimization#975)', async () => {
    const model = make();
    const seen = await run(model, prune.gradual({ sparsity: 0.5, every: 100 }), { steps: 2 });
    expect(seen.map(({ density }) => density)).toEqual([0.5, 0.5]);
    model.dispose();
  });

  test('a model that is sparser already stays as it is', async () => {
    const model = prune.unstructured(make(), { sparsity: 0.9 }).model;
    const before = masksOf(model);
    await run(model, prune.gradual({ sparsity: 0.5 }));
    expect(masksOf(model)).toEqual(before);
    model.dispose();
  });
});

describe('dynamic sparse training', () => {
  test('as many values after each step as at first; by the gradient those come that would fall fastest', async () => {
    const model = make();
    const seen = await run(model, prune.dynamicSparse({ density: 0.25, interval: 4, dropRate: 0.5, until: 1 }));
    seen.forEach(({ masks }) => expect(countOf(masks)).toBe(25));
    // What is masked is stored as 0, so that a gradient without masks is that of what the model computes.
    seen.forEach(({ masks, stored }) =>
      masks.flat().forEach((kept, i) => kept === 0 && expect(Math.abs(stored.flat()[i])).toBe(0))
    );
    // Without redistribution each parameter keeps its number.
    const counts = seen.map(({ masks }) => masks.map((mask) => countOf([mask])).join());
    expect(new Set(counts).size).toBe(1);
    // Those that came at step 4 begin at 0.
    const [before, after] = [seen[2], seen[3]].map(({ masks }) => masks.flat());
    const came = after.map((kept, i) => kept === 1 && before[i] === 0);
    expect(came.filter(Boolean).length).toBeGreaterThan(2);
    came.forEach((each, i) => each && expect(Math.abs(seen[3].values.flat()[i])).toBe(0));
    model.dispose();
  });

  test('growth by the gradient takes the largest of those at which a value is 0', async () => {
    const model = make();
    const pruning = prune.dynamicSparse({ density: 0.5, interval: 1, dropRate: 0.4, until: 1, initial: 'uniform' });
    const { afterStep } = pruning.begin(model, { steps: 10, seed: 1 });
    const before = masksOf(model);
    const fake = new Map(PATHS.map((path, i) => [path, spread([[6, 10], [10, 4]][i])])); // prettier-ignore
    const forgotten: string[] = [];
    afterStep({
      step: 1,
      gradients: () => new Map([...fake].map(([path, gradient]) => [path, gradient.clone()])),
      forget: (path, where) => void forgotten.push(`${path} ${where.sum().dataSync()[0]}`)
    });
    masksOf(model).forEach((mask, l) => {
      const gradient = [...fake.get(PATHS[l])!.dataSync()].map(Math.abs);
      const grown = mask.flatMap((kept, i) => (kept === 1 && before[l][i] === 0 ? [gradient[i]] : []));
      const left = mask.flatMap((kept, i) => (kept === 0 && before[l][i] === 0 ? [gradient[i]] : []));
      expect(grown.length).toBeGreaterThan(2);
      expect(Math.min(...grown)).toBeGreaterThanOrEqual(Math.max(...left));
    });
    expect(forgotten).toHaveLength(2);
    tf.dispose([...fake.values()]);
    model.dispose();
  });

  test('SET: at random, the same for a seed', async () => {
    const last = async (seed: number): Promise<string> => {
      const model = make();
      const seen = await run(model, prune.dynamicSparse({ density: 0.3, interval: 4, growBy: 'random' }), { seed });
      model.dispose();
      return JSON.stringify(seen.at(-1)!.masks);
    };
    expect(await last(5)).toBe(await last(5));
    expect(await last(5)).not.toBe(await last(6));
  });
});

test('what cannot be done is said before anything is trained', () => {
  const model = make();
  const begin = (pruning: prune.PruningSchedule) => () =>
    train.fit(model, task, { steps: 4, progress: false, pruning });
  expect(begin(prune.gradual({ sparsity: 0.5, end: 5 }))).toThrow('prune.gradual: end must be an integer 1..4, got 5');
  expect(begin(prune.gradual({ sparsity: 0.5, include: ['7.weight'] }))).toThrow('prune.gradual: include must name parameters of the model'); // prettier-ignore
  expect(() => prune.gradual({ sparsity: 1.5 })).toThrow('prune.gradual: sparsity must be a number 0..1, got 1.5');
  expect(() => prune.gradual({ sparsity: 0.5, initialSparsity: 0.6 })).toThrow(
    'initialSparsity must be a number 0..0.5'
  );
  expect(() => prune.dynamicSparse({ density: 0 })).toThrow('prune.dynamicSparse: density must be a number');
  expect(() => prune.dynamicSparse({ density: 0.5, growBy: 'momentum' as never })).toThrow('growBy must be one of random, gradient, got momentum'); // prettier-ignore
  expect(core.maskedPaths(model)).toEqual([]);
  model.dispose();
});
