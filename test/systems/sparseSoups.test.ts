import type { core } from '@switchyard/kernel-lib';
import { data, models, prune, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';

const { train: seen } = data.digits();
const inputs = tf.tensor2d(seen.images, [seen.labels.length, 64]);
const task = train.tasks.classification({ inputs, labels: seen.labels, batchSize: 32 });
afterAll(() => inputs.dispose());

const SIZE = { inputWidth: 64, hidden: [16], outputWidth: 10, seed: 2 };
const PATHS = ['0.weight', '0.bias', '1.weight', '1.bias'];
const readOf = (model: core.Module, path: string): Float32Array =>
  tf.tidy(() => model.parameters().get(path)!.read().dataSync<'float32'>().slice());
const learn = (model: core.Module, seed: number) =>
  train.fit(model, task, { steps: 15, seed, learningRate: 3e-3, progress: false, evaluateEvery: 0 });

describe('[sparse-model-soups]', () => {
  test('a round goes on from the mean of members that began alike; what was masked is masked in all of them', async () => {
    const initial = models.mlp(SIZE);
    const before: Float32Array[][] = [];
    const trained: Float32Array[][] = [];
    const { model: soup, report } = await prune.iterative(initial, {
      ...{ rounds: 2, rate: 0.5, members: 3, rewind: 'none' },
      train: async (model, round, member) => {
        before.push(PATHS.map((path) => readOf(model, path)));
        await learn(model, 10 * round + member);
        trained.push(PATHS.map((path) => readOf(model, path)));
      }
    });
    expect(report.rounds).toEqual([0.5, 0.25]);
    // Three members a round, all from the same values.
    expect([before[1], before[2], before[4], before[5]]).toEqual([before[0], before[0], before[3], before[3]]);
    expect(trained[1]).not.toEqual(trained[0]);
    const zeros = (values: Float32Array) => [...values.keys()].filter((i) => values[i] === 0);
    const [first, ...others] = trained.slice(3).map(([weight]) => zeros(weight));
    expect(first).toHaveLength(512);
    others.forEach((each) => expect(each).toEqual(first));
    // The second round began with the mean of the first, but for what was masked then.
    const mean = trained[0][0].map((_, i) => (trained[0][0][i] + trained[1][0][i] + trained[2][0][i]) / 3);
    before[3][0].forEach((value, i) => value !== 0 && expect(value).toBeCloseTo(mean[i], 5));
    const last = readOf(soup, '0.weight');
    expect(zeros(last)).toHaveLength(768);
    last.forEach(
      (value, i) =>
        value !== 0 && expect(value).toBeCloseTo((trained[3][0][i] + trained[4][0][i] + trained[5][0][i]) / 3, 5)
    );
    [initial, soup].forEach((model) => model.dispose());
  });

  test('members of different masks would lose the sparsity in their mean', async () => {
    const [one, other] = [1, 2].map(
      (seed) => prune.unstructured(models.mlp({ ...SIZE, seed }), { sparsity: 0.75 }).model
    );
    const [a, b] = [one, other].map((model) => readOf(model, '0.weight'));
    const density = a.filter((value, i) => (value + b[i]) / 2 !== 0).length / a.length;
    expect(density).toBeGreaterThan(0.4);
    [one, other].forEach((model) => model.dispose());
  });
});
