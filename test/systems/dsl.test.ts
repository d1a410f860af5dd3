import { type tf, core, models, prune, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { blockRatings } from '../support/blockRatings';
import { setValue } from '../support/networks';

const PATHS = ['0.weight', '1.weight'];
const countsOf = (model: core.Module): number[] =>
  [...core.masksAt(model, PATHS).values()].map(({ variable }) => variable.sum().dataSync()[0]);

describe('[dsl]', () => {
  test('a recommender trained sparse has as many values after each step, and the layers share them anew', async () => {
    const ratings = blockRatings(1);
    const model = models.mlp({ inputWidth: ratings.items, hidden: [24], outputWidth: ratings.items, seed: 1 });
    const counts: number[][] = [];
    const pruning = prune.dynamicSparse({ density: 0.1, interval: 5, dropRate: 0.5, redistribute: true });
    const watch: train.Watcher = { start: () => undefined, end: () => undefined, step: () => void counts.push(countsOf(model)) }; // prettier-ignore
    await train.fit(model, ratings.task, { steps: 40, seed: 2, learningRate: 0.01, progress: false, pruning, watch, evaluateEvery: 0 }); // prettier-ignore
    expect(new Set(counts.map(([a, b]) => a + b))).toEqual(new Set([Math.round(0.1 * 2 * 24 * ratings.items)]));
    const shares = counts.map(([first]) => first);
    expect(new Set(shares).size).toBeGreaterThan(3);
    // Between two changes nothing moves.
    shares.forEach((share, i) => i % 5 !== 4 && i > 0 && expect(share).toBe(shares[i - 1]));
    model.dispose();
    ratings.inputs.dispose();
  });

  test('what is dropped is least significant, and goes to the layer whose values left are larger', () => {
    const model = models.mlp({ inputWidth: 10, hidden: [10], outputWidth: 10, seed: 1 });
    const begin = (redistribute: boolean) =>
      prune.dynamicSparse({ density: 0.4, interval: 1, dropRate: 0.5, until: 1, growBy: 'random', initial: 'uniform', redistribute }).begin(model, { steps: 1000, seed: 1 }); // prettier-ignore
    const state = { step: 1, gradients: () => new Map<string, tf.Tensor>(), forget: () => undefined };
    const dynamic = begin(true);
    const before = core.masksAt(model, PATHS);
    setValue(model, '1.weight', (value) => value.mul(3));
    const values = model.parameters().get('0.weight')!.variable.dataSync().slice();
    const kept = before.get('0.weight')!.variable.dataSync().slice();
    expect(countsOf(model)).toEqual([40, 40]);
    dynamic.afterStep(state);
    // Nineteen of each went: the rate has begun to fall. Those that came share 1 : 3 by the mean magnitudes, which are of one distribution but for the factor.
    const after = countsOf(model);
    expect(after[0] + after[1]).toBe(80);
    expect(after[0]).toBeGreaterThanOrEqual(27);
    expect(after[0]).toBeLessThanOrEqual(33);
    // What is as it was of the first layer are its twenty-one largest.
    const now = model.parameters().get('0.weight')!.variable.dataSync();
    const sizes = Array.from(values, (value, i) => (kept[i] === 1 ? Math.abs(value) : -1)).sort((a, b) => b - a);
    values.forEach((value, i) => expect(now[i] !== 0).toBe(kept[i] === 1 && Math.abs(value) >= sizes[20]));
    model.dispose();
  });
});
