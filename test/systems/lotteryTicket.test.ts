import { type core, data, models, prune, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';

const SIZE = { inputWidth: 64, hidden: [32], outputWidth: 10 };
const ROUNDS = 2;
const RATE = 0.5;
const { train: seen } = data.digits();
const inputs = tf.tensor2d(seen.images, [seen.labels.length, 64]);
const task = train.tasks.classification({ inputs, labels: seen.labels, batchSize: 32 });
afterAll(() => inputs.dispose());

const readOf = (model: core.Module, path: string): Float32Array =>
  tf.tidy(() => model.parameters().get(path)!.read().dataSync<'float32'>().slice());
const learn = (model: core.Module, steps = 20) =>
  train.fit(model, task, { steps, seed: 1, learningRate: 3e-3, progress: false, evaluateEvery: 0 });

describe('[lottery-ticket]', () => {
  test('after n rounds (1 - p)^n of each matrix are left, at their initial values bit for bit; the others are the least of training', async () => {
    const initial = models.mlp({ ...SIZE, seed: 1 });
    const trained: Float32Array[] = [];
    const { model: ticket, report } = await prune.iterative(initial, {
      ...{ rounds: ROUNDS, rate: RATE },
      train: async (model) => {
        await learn(model);
        trained.push(readOf(model, '0.weight'));
      }
    });
    expect(report.rounds).toEqual([0.5, 0.25]);
    expect(report.density).toEqual({ '0.weight': 0.25, '1.weight': 0.25 });
    const [own, was] = ['0.weight', '1.weight'].map((path) => [readOf(ticket, path), readOf(initial, path)]).flat();
    expect(own.filter((value) => value !== 0).length).toBe(0.25 * own.length);
    expect([...own].every((value, i) => value === 0 || value === was[i])).toBe(true);
    // What is left of the second round had, trained, the largest magnitudes of what was left of the first.
    const last = trained[1];
    const leastKept = Math.min(...[...last].filter((_, i) => own[i] !== 0).map(Math.abs));
    const mostLost = Math.max(...[...last].filter((_, i) => own[i] === 0).map(Math.abs));
    expect(leastKept).toBeGreaterThanOrEqual(mostLost);
    // And not, but for few, those that were the largest at first: training decides.
    const order = Array.from(was.keys()).sort((a, b) => Math.abs(was[b]) - Math.abs(was[a]));
    expect(order.slice(0, was.length / 4).filter((i) => own[i] === 0).length).toBeGreaterThan(0.02 * was.length);
    [initial, ticket].forEach((model) => model.dispose());
  });

  test('without rewinding a round goes on from what was trained', async () => {
    const initial = models.mlp({ ...SIZE, seed: 1 });
    const { model } = await prune.iterative(initial, {
      rounds: 1,
      rate: RATE,
      rewind: 'none',
      train: (each) => learn(each)
    });
    const [own, was] = [readOf(model, '0.weight'), readOf(initial, '0.weight')];
    expect([...own].filter((value, i) => value !== 0 && value === was[i])).toHaveLength(0);
    [initial, model].forEach((each) => each.dispose());
  });

  test('a training that fails leaves nothing behind', async () => {
    const initial = models.mlp({ ...SIZE, seed: 1 });
    const before = tf.memory().numTensors;
    const fails = prune.iterative(initial, {
      rounds: 2,
      rate: RATE,
      train: () => Promise.reject(new Error('out of data'))
    });
    await expect(fails).rejects.toThrow('out of data');
    expect(tf.memory().numTensors).toBe(before);
    initial.dispose();
  });
});
