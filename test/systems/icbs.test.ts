import { core, data, models, prune, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue, valuesOf } from '../support/networks';
import { expectNoLeak } from '../support/numeric';

const PATH = '0.weight';
/** y = x w of 12 weights; the loss is half the mean square of y less what it is at first. */
const WEIGHTS = Array.from({ length: 12 }, (_, i) => 0.3 + ((i * 7) % 12) / 10);
const BATCHES = 5;
const inputOf = (step: number): tf.Tensor2D => core.Random.fromSeed(9).child(step).normal([1, 12]) as tf.Tensor2D;
const task: prune.CalibrationTask<number> = {
  batch: (step) => step,
  loss: (model, step, ctx) =>
    model
      .apply(inputOf(step), ctx)
      .sub(0.2 * step)
      .square()
      .mean()
      .div(2)
};
const make = (): models.Mlp => {
  const model = models.mlp({ inputWidth: 12, hidden: [], outputWidth: 1 });
  setValue(model, PATH, () => tf.tensor2d(WEIGHTS, [12, 1]));
  return model;
};
const maskOf = (model: core.Module): number[] => [...core.masksAt(model, [PATH]).get(PATH)!.variable.dataSync()];

/** The surrogate by hand: -g d + mean (g_m d)^2 / 2 + damping |d|^2 / 2, g_m = (y - t) x. */
function surrogate(mask: readonly number[], damping: number): number {
  const gone = WEIGHTS.map((w, i) => w * (1 - mask[i]));
  const products = Array.from({ length: BATCHES }, (_, b) => {
    const x = [...inputOf(b + 1).dataSync()];
    const error = x.reduce((sum, each, i) => sum + each * WEIGHTS[i], 0) - 0.2 * (b + 1);
    return x.reduce((sum, each, i) => sum + error * each * gone[i], 0);
  });
  const mean = (f: (product: number) => number) => products.reduce((sum, each) => sum + f(each), 0) / BATCHES;
  return (
    -mean((each) => each) + mean((each) => each ** 2) / 2 + (damping / 2) * gone.reduce((sum, d) => sum + d ** 2, 0)
  );
}

describe('[icbs]', () => {
  test('a block of all twelve weights gets the best masks of all 924', () => {
    const model = make();
    const damping = 0.01;
    const { model: pruned, report } = prune.blockCoordinate(model, task, { density: 0.5, blockSize: 12, steps: 1, batches: BATCHES, damping }); // prettier-ignore
    let best = { objective: Infinity, mask: [] as number[] };
    for (let bits = 0; bits < 4096; bits++) {
      const mask = Array.from({ length: 12 }, (_, i) => (bits >> i) & 1);
      if (mask.reduce((a, b) => a + b, 0) === 6) {
        const objective = surrogate(mask, damping);
        best = objective < best.objective ? { objective, mask } : best;
      }
    }
    expect(maskOf(pruned)).toEqual(best.mask);
    expect(report.objective.at(-1)).toBeCloseTo(best.objective, 4);
    expect(report.objective[0]).toBeGreaterThan(best.objective);
    [model, pruned].forEach((each) => each.dispose());
  });

  test('the density is exact, the surrogate never grows, and what is masked by exchanges is nearly as good as the best', () => {
    const { train: seen } = data.digits();
    const inputs = tf.tensor2d(seen.images.slice(0, 64 * 256), [256, 64]);
    const digits = train.tasks.classification({ inputs, labels: seen.labels.slice(0, 256), batchSize: 16 });
    const model = models.mlp({ inputWidth: 64, hidden: [12], outputWidth: 10, seed: 3 });
    const before = valuesOf(model);
    const options = { density: 0.3, blockSize: 40, steps: 60, batches: 6 };
    const { model: pruned, report } = prune.blockCoordinate(model, digits, options);
    expect(report.values).toEqual({ before: 888, after: Math.round(0.3 * 888) });
    const masks = [...core.masksAt(pruned, Object.keys(report.density)).values()];
    expect(masks.reduce((sum, { variable }) => sum + variable.sum().dataSync()[0], 0)).toBe(report.values.after);
    report.objective.forEach((each, i) => i > 0 && expect(each).toBeLessThanOrEqual(report.objective[i - 1]));
    expect(new Set(report.objective).size).toBeGreaterThan(30);
    expect(report.objective.at(-1)).toBeLessThan(report.objective[0]);
    expect(valuesOf(model)).toEqual(before);
    expectNoLeak(() => prune.blockCoordinate(model, digits, { ...options, steps: 1 }).model.dispose());
    [model, pruned].forEach((each) => each.dispose());
    inputs.dispose();
  });

  test('on a trained network the loss of its masks is below that of magnitude, and falls with the steps', async () => {
    const { train: seen } = data.digits();
    const inputs = tf.tensor2d(seen.images, [seen.labels.length, 64]);
    const digits = train.tasks.classification({ inputs, labels: seen.labels, batchSize: 128 });
    const model = models.mlp({ inputWidth: 64, hidden: [16], outputWidth: 10, seed: 3 });
    await train.fit(model, digits, { steps: 60, seed: 1, learningRate: 0.01, progress: false });
    const lossOf = (of: core.Module): number => {
      const ctx = core.Context.create();
      const logits = of.apply(inputs, ctx) as tf.Tensor2D;
      return tf.tidy(() => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(seen.labels, 'int32'), 10), logits).dataSync()[0]); // prettier-ignore
    };
    const losses = [1, 30, 250].map((steps) => {
      const { model: pruned } = prune.blockCoordinate(model, digits, { density: 0.3, steps, blockSize: 32, batches: 12, damping: 1e-2 }); // prettier-ignore
      const loss = lossOf(pruned);
      pruned.dispose();
      return loss;
    });
    const { model: small } = prune.unstructured(model, { sparsity: 0.7, scope: 'global' });
    expect(losses[2]).toBeLessThan(losses[1]);
    expect(losses[1]).toBeLessThan(losses[0]);
    expect(losses[2]).toBeLessThan(lossOf(small));
    [model, small].forEach((each) => each.dispose());
    inputs.dispose();
  });

  test('what cannot be done is said', () => {
    const model = make();
    const attempt = (options: Partial<prune.BlockCoordinateOptions>) => () => prune.blockCoordinate(model, task, { density: 0.5, ...options }); // prettier-ignore
    expect(attempt({ density: 2 })).toThrow('prune.blockCoordinate: density must be a number 0..1, got 2');
    expect(attempt({ blockSize: 1 })).toThrow(
      'prune.blockCoordinate: blockSize must be an integer of at least 2, got 1'
    );
    const apart = { ...task, loss: () => tf.scalar(1) };
    expect(() => prune.blockCoordinate(model, apart, { density: 0.5 })).toThrow('prune.blockCoordinate: the loss must depend on the model'); // prettier-ignore
    model.dispose();
  });
});
