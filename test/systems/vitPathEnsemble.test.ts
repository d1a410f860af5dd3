import { core, models, prune, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { outputOf, setValue, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const { Random } = core;
const SHAPE = { imageSize: 4, patchSize: 2, classes: 3, layers: 3, width: 8, heads: 2, hidden: 12 };
const random = Random.fromSeed(9);
const images = random.child('images').normal([24, 4, 4, 1]);

/** The classes that a model gives: a task that it solves as well as its logits are large. */
function taskOf(model: core.Module): train.Task<train.tasks.LabelledBatch> {
  const logits = tf.tensor(outputOf(model, images), [24, 3]);
  return train.tasks.classification({ inputs: images, labels: logits.argMax(1).dataSync(), batchSize: 24 });
}

function plain(seed = 1): models.VisionTransformer {
  const model = models.vit({ ...SHAPE, seed });
  setValue(model, 'head.weight', (value) => value.mul(8));
  return model;
}

describe('[vit-path-ensemble]', () => {
  test('unrolled into paths, with scales of 1, it is the cascade', () => {
    const model = plain();
    const { model: ensemble, report } = prune.paths(model, { task: taskOf(model), count: 0, batches: 1 });
    expectClose(outputOf(ensemble, images), outputOf(model, images), 1e-5);
    expect(report.removed).toEqual([]);
    expect(ensemble.parameters().get('layers.scales')!.shape).toEqual([1 + 2 * 3, 8]);
    // Its spec builds it, and a copy of it is it.
    setValue(ensemble, 'layers.scales', (value) => value.add(random.child('scales').normal(value.shape)));
    const again = prune.paths(ensemble, { task: taskOf(model), count: 0, batches: 1 }).model;
    expect(outputOf(again, images)).toEqual(outputOf(ensemble, images));
    [model, ensemble, again].forEach((each) => each.dispose());
  });

  test('a scale is of one path in the sum: what it gives to later blocks stays', () => {
    const model = models.vit({ ...SHAPE, seed: 2, ensembleScale: true });
    const layers = model.modules().get('layers') as models.PathEnsemble;
    expect(layers.paths).toEqual(['input', ...[0, 1, 2].flatMap((i) => [`${i}.attention`, `${i}.feedForward`])]);
    const x = spread([2, 5, 8]);
    const seen: Float32Array[] = [];
    [0, 1, 2].forEach((i) => ['attention', 'feedForward'].forEach((name) => model.modules().get(`layers.${i}.${name}`)!.intercept((inner, y) => { // prettier-ignore
      const out = inner(y);
      seen.push(out.dataSync<'float32'>().slice());
      return out;
    }))); // prettier-ignore
    const whole = outputOf(layers, x);
    const before = seen.splice(0);
    layers.paths.forEach((_, row) => {
      setValue(model, 'layers.scales', (value) => value.onesLike().sub(tf.oneHot(tf.tensor1d([row], 'int32'), 7).reshape([7, 1]).mul(0.5))); // prettier-ignore
      const path = row === 0 ? x.dataSync() : before[row - 1];
      expectClose(outputOf(layers, x), whole.map((value, i) => value - 0.5 * path[i]), 1e-5); // prettier-ignore
      expect(seen.splice(0)).toEqual(before);
    });
    model.dispose();
  });

  test('the path whose absence lowers the loss most goes first, and validation loss falls', () => {
    const model = plain(3);
    const task = taskOf(model);
    // Planted: the last feed-forward network adds noise of its own, which only the sum reads.
    setValue(model, 'layers.2.feedForward.w2.weight', (value) => random.child('harm').normal(value.shape, 0, 6));
    const values = valuesOf(model);
    const { model: pruned, report } = prune.paths(model, { task, count: 1, batches: 1 });
    expect(report.removed.map(({ path }) => path)).toEqual(['2.feedForward']);
    const [best] = Object.entries(report.alone).sort(([, a], [, b]) => a - b)[0];
    expect(best).toBe('2.feedForward');
    expect(report.loss.after).toBeLessThan(report.loss.before);
    expect(report.loss.after).toBe(report.alone['2.feedForward']);
    expect(valuesOf(model)).toEqual(values);
    // On images that no choice was made by: nearer to the classes that the model gave before.
    const unseen = random.child('unseen').normal([200, 4, 4, 1]);
    const clean = plain(3);
    const labels = tf.tensor(outputOf(clean, unseen), [200, 3]).argMax(1).dataSync();
    const errors = [model, pruned].map((each) => {
      const given = tf.tensor(outputOf(each, unseen), [200, 3]);
      return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(labels, 'int32'), 3), given).dataSync()[0];
    });
    expect(errors[1]).toBeLessThan(0.8 * errors[0]);
    // By default paths go for as long as that helps.
    const { report: all } = prune.paths(model, { task, batches: 1 });
    all.removed.forEach(({ loss }, i) => expect(loss).toBeLessThan(i === 0 ? all.loss.before : all.removed[i - 1].loss)); // prettier-ignore
    [model, pruned, clean].forEach((each) => each.dispose());
  });

  test('training scales paths anew, a path that went stays away, and short paths learn from all', async () => {
    const model = plain(4);
    const task = taskOf(plain(5));
    const { model: pruned, report } = prune.paths(model, { task, count: 2, batches: 1 });
    const distilled = train.tasks.pathDistillation(task as never, { short: [1, 2] });
    const soft = (): number => {
      const ctx = core.Context.create();
      const named = tf.tidy(() => (distilled.loss(pruned, task.batch(1, 1) as never, ctx) as Record<string, tf.Scalar>).soft.dataSync()[0]); // prettier-ignore
      ctx.dispose();
      return named;
    };
    const before = soft();
    await train.fit(pruned, distilled, { steps: 40, seed: 1, learningRate: 3e-3, progress: false, evaluateEvery: 0 });
    expect(soft()).toBeLessThan(before);
    const scales = pruned.parameters().get('layers.scales')!;
    const { paths } = pruned.modules().get('layers') as models.PathEnsemble;
    const read = tf.tidy(() => scales.read().arraySync() as number[][]);
    read.forEach((row, i) => {
      const gone = report.removed.some(({ path }) => path === paths[i]);
      expect(row.every((scale) => (gone ? scale === 0 : scale !== 1))).toBe(true);
    });
    [model, pruned].forEach((each) => each.dispose());
  });

  test('what it cannot do is said', () => {
    const model = plain();
    const task = taskOf(model);
    expect(() => prune.paths(model, { task, count: 7 })).toThrow('prune.paths: count must be an integer 0..6');
    expect(() => prune.paths(model, { task: undefined as never })).toThrow('prune.paths: calibration must be');
    const { model: cut } = prune.structured(model, { ratio: 0.5, mode: 'mask' });
    expect(() => prune.paths(cut, { task })).toThrow('prune.paths: cuts must last (core.shrink)');
    expect(() => model.applyFirst(1, images, core.Context.create())).toThrow('models.vit: applyFirst is of models with ensembleScale'); // prettier-ignore
    const ensemble = models.vit({ ...SHAPE, ensembleScale: true });
    expect(() => prune.layers(ensemble, { count: 1, inputs: images })).toThrow('prune.layers: blocks must not be paths of an ensemble'); // prettier-ignore
    const reorganize = { kind: 'token-reorganizer', options: { keepRate: 0.5, layers: [0] } } as never;
    expect(() => models.vit({ ...SHAPE, ensembleScale: true, reorganize })).toThrow('models.vit: a model with ensembleScale must keep its tokens'); // prettier-ignore
    [model, cut, ensemble].forEach((each) => each.dispose());
  });
});
