import { core, data, models, prune, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const PATHS = ['0.weight', '1.weight'];
const make = (seed = 1): models.Mlp => models.mlp({ inputWidth: 64, hidden: [64], outputWidth: 10, seed });
const { train: seen } = data.digits();
const inputs = tf.tensor2d(seen.images, [seen.labels.length, 64]);
const task = train.tasks.classification({ inputs, labels: seen.labels, batchSize: 32 });
afterAll(() => inputs.dispose());
const fit = { learningRate: 0.05, progress: false, evaluateEvery: 0 } as const;
const storedOf = (model: core.Module, path: string): Float32Array =>
  model.parameters().get(path)!.variable.dataSync<'float32'>().slice();
const readOf = (model: core.Module, path: string): Float32Array =>
  tf.tidy(() => model.parameters().get(path)!.read().dataSync<'float32'>().slice());

describe('[iterative-weight-recycling]', () => {
  test('only scores are trained, and those of largest size decide which random values count', async () => {
    const model = make();
    const popup = prune.edgePopup(model, { sparsity: 0.6, seed: 3 });
    const trainable = [...popup.model.parameters()].filter(([, each]) => each.trainable).map(([path]) => path);
    expect(trainable).toEqual(['0.weightPopup.scores', '1.weightPopup.scores']);
    const first = popup.scores();
    const { losses } = await train.fit(popup.model, task, { ...fit, steps: 60, pruning: popup.pruning });
    expect(losses.at(-1)!).toBeLessThan(0.95 * losses[0]);
    for (const path of PATHS) {
      expect(storedOf(popup.model, path)).toEqual(storedOf(model, path));
      const [scores, values, was] = [popup.scores().get(path)!, readOf(popup.model, path), storedOf(model, path)];
      expect(scores).not.toEqual(first.get(path));
      const kept = Math.round(0.4 * scores.length);
      const least = [...scores].map(Math.abs).sort((a, b) => b - a)[kept - 1];
      expect(values.every((value, i) => value === (Math.abs(scores[i]) >= least ? was[i] : 0))).toBe(true);
    }
    const found = popup.finish();
    expect(core.maskedPaths(found)).toEqual(PATHS);
    expect([...found.parameters()].every(([, { trainable: free }]) => free)).toBe(true);
    expectClose(outputOf(found, inputs), outputOf(popup.model, inputs), 1e-6);
    [model, popup.model, found].forEach((each) => each.dispose());
  });

  test('the gradient of a score is that of its value times the value, by hand; one that is masked has it too', () => {
    const model = models.mlp({ inputWidth: 2, hidden: [], outputWidth: 1 });
    setValue(model, '0.weight', () => tf.tensor2d([[3], [5]]));
    const popup = prune.edgePopup(model, { sparsity: 0.5 });
    setValue(popup.model, '0.weightPopup.scores', () => tf.tensor2d([[0.2], [-0.7]]));
    const x = tf.tensor2d([[2, 4]]);
    // The second counts: 5 x 4. What comes back to a score is input x value, with the sign of the score.
    expectClose(outputOf(popup.model, x), [20]);
    const { variable } = popup.model.parameters().get('0.weightPopup.scores')!;
    const { grads } = tf.variableGrads(() => popup.model.apply(x, core.Context.create()).sum() as tf.Scalar, [variable]); // prettier-ignore
    expectClose(grads[variable.name], [6, -20]);
    [model, popup.model].forEach((each) => each.dispose());
  });

  test('binary: what counts is the sign, times the mean size of what is left', () => {
    const model = models.mlp({ inputWidth: 4, hidden: [], outputWidth: 1 });
    setValue(model, '0.weight', () => tf.tensor2d([[3], [-5], [100], [-1]]));
    const popup = prune.edgePopup(model, { sparsity: 0.25, binary: true });
    setValue(popup.model, '0.weightPopup.scores', () => tf.tensor2d([[2], [-3], [0.1], [4]]));
    expect([...readOf(popup.model, '0.weight')]).toEqual([3, -3, 0, -3]);
    expect([...readOf(popup.finish(), '0.weight')]).toEqual([3, -3, 0, -3]);
  });

  test('recycling: values of least score become those of highest, and every value is one that was drawn', async () => {
    const model = make();
    const every = 4;
    const popup = prune.edgePopup(model, { sparsity: 0.6, recycle: { every, fraction: 0.1 } });
    await train.fit(popup.model, task, { ...fit, steps: every - 1, pruning: popup.pruning });
    PATHS.forEach((path) => expect(storedOf(popup.model, path)).toEqual(storedOf(model, path)));
    await train.fit(popup.model, task, { ...fit, steps: every, pruning: popup.pruning });
    for (const path of PATHS) {
      const [was, now, scores] = [storedOf(model, path), storedOf(popup.model, path), popup.scores().get(path)!];
      const drawn = new Set(was);
      expect([...now].every((value) => drawn.has(value))).toBe(true);
      const order = Array.from(scores.keys()).sort((a, b) => Math.abs(scores[a]) - Math.abs(scores[b]) || a - b);
      const count = Math.floor(0.1 * was.length);
      order.forEach((place, rank) => expect(now[place]).toBe(rank < count ? was[order[was.length - 1 - rank]] : was[place])); // prettier-ignore
    }
    [model, popup.model].forEach((each) => each.dispose());
  });

  test('masks of other seeds share no more than chance, and what does not fit is refused', () => {
    const model = make();
    const kept = [1, 2].map((seed) => {
      const popup = prune.edgePopup(model, { sparsity: 0.5, seed });
      return readOf(popup.model, '0.weight').map((value) => (value === 0 ? 0 : 1));
    });
    const both = kept[0].filter((each, i) => each + kept[1][i] === 2).length;
    const either = kept[0].filter((each, i) => each + kept[1][i] > 0).length;
    expect(Math.abs(both / either - 1 / 3)).toBeLessThan(0.05);
    const { model: masked } = prune.unstructured(model, { sparsity: 0.5 });
    expect(() => prune.edgePopup(masked, { sparsity: 0.5 })).toThrow('prune.edgePopup: a matrix must not be masked, got 0.weight'); // prettier-ignore
    expect(() => prune.edgePopup(model, { sparsity: 2 })).toThrow('prune.edgePopup: sparsity must be');
    expect(() => prune.edgePopup(model, { sparsity: 0.5, recycle: { every: 1, fraction: 0.6 } })).toThrow('prune.edgePopup: recycle.fraction'); // prettier-ignore
    [model, masked].forEach((each) => each.dispose());
  });
});
