import { core, models, prune, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Random } = core;
const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 13 };
const ids = tf.tensor2d([[1, 2, 3, 4], [7, 8, 9, 12]], [2, 4], 'int32'); // prettier-ignore

function dense(): models.Transformer {
  const model = models.denseTransformer({ ...SIZE, hidden: 12 });
  for (const path of model.parameters().keys()) {
    setValue(model, path, (value) => value.add(Random.fromSeed(4).child(path).normal(value.shape, 0, 0.3)));
  }
  return model;
}

const mixture = (): models.Transformer =>
  models.moeTransformer({ ...SIZE, experts: 4, hidden: 6, router: routers.topK({ k: 2 }) });

/** A task whose loss is a plain function of the logits. */
const task: prune.CalibrationTask<number> = {
  batch: (step) => step,
  loss: (model, step, ctx) => model.apply(ids, ctx).square().mean<tf.Scalar>().mul(step)
};

const CRITERIA: Record<string, prune.Importance> = {
  magnitude: prune.magnitude(),
  'magnitude, p = 1': prune.magnitude({ p: 1 }),
  taylor: prune.taylor(task, { batches: 2 }),
  'taylor, sum': prune.taylor(task, { batches: 2, gather: 'sum' }),
  random: prune.random({ seed: 3 })
};

describe.each(Object.entries(CRITERIA))('%s', (_name, importance) => {
  test('shrunk computes what masked computes, in a smaller model; the one given stays, and nothing leaks', () => {
    const model = dense();
    const before = valuesOf(model);
    const options = { ratio: 0.5, include: ['**.hidden', '**.heads', 'width'], importance };
    const masked = prune.structured(model, { ...options, mode: 'mask' });
    const shrunk = prune.structured(model, options);
    expect(shrunk.report.groups).toEqual(masked.report.groups);
    expect(shrunk.report.groups.map(({ name, kept }) => `${name} ${kept.length}`)).toEqual([
      ...['width 4', 'layers.0.attention.heads 1', 'layers.0.feedForward.hidden 6'],
      ...['layers.1.attention.heads 1', 'layers.1.feedForward.hidden 6']
    ]);
    expectClose(outputOf(shrunk.model, ids), outputOf(masked.model, ids), 1e-6);
    expect(masked.report.parameters.after).toBe(masked.report.parameters.before);
    expect(shrunk.model.countParameters()).toBe(shrunk.report.parameters.after);
    expect(shrunk.report.parameters.after).toBeLessThan(0.45 * shrunk.report.parameters.before);
    expect(shrunk.report.flops.after).toBe(masked.report.flops.after);
    expect(valuesOf(model)).toEqual(before);
    [masked.model, shrunk.model].forEach((each) => each.dispose());
    expectNoLeak(() => prune.structured(model, options).model.dispose());
    model.dispose();
  });
});

describe('the least important goes', () => {
  const hidden = 'layers.0.feedForward.hidden';
  const keptOf = (model: models.Transformer, options: Partial<prune.StructuredOptions>): Record<string, number[]> => {
    const { model: pruned, report } = prune.structured(model, { ratio: 0.25, include: ['**.hidden'], ...options });
    pruned.dispose();
    return Object.fromEntries(report.groups.map(({ name, kept }) => [name, kept]));
  };

  test('by magnitude: neurons with small rows and columns, whichever they are', () => {
    const model = dense();
    for (const [path, axis] of [
      ['w1', 1],
      ['w2', 0]
    ] as const) {
      const shape = axis === 1 ? [1, 12] : [12, 1];
      const small = tf.tensor([1, 1, 0.01, 1, 1, 1, 1, 0.01, 1, 1, 1, 0.01], shape);
      setValue(model, `layers.0.feedForward.${path}.weight`, (value) => value.sign().mul(small));
      small.dispose();
    }
    expect(keptOf(model, {})[hidden]).toEqual([0, 1, 3, 4, 5, 6, 8, 9, 10]);
    model.dispose();
  });

  test('by Taylor: what the loss changes by as a neuron fades, by finite differences', () => {
    const model = dense();
    const path = 'layers.0.feedForward.w2.weight';
    const scores = prune.taylor(task, { batches: 1 }).score(model);
    const byNeuron = tf.tidy(() => scores.get(path)!.sum(1).dataSync<'float32'>().slice());
    const lossAt = (neuron: number, scale: number): number => {
      const weight = model.parameters().get(path)!.variable.clone();
      setValue(model, path, (value) =>
        value.mul(tf.oneHot(tf.tensor1d([neuron], 'int32'), 12, scale, 1, 'float32').reshape([12, 1]))
      );
      const ctx = core.Context.create();
      const loss = tf.tidy(() => (task.loss(model, 1, ctx) as tf.Tensor).dataSync()[0]);
      ctx.dispose();
      setValue(model, path, () => weight);
      weight.dispose();
      return loss;
    };
    const slopes = Array.from({ length: 12 }, (_, neuron) => (lossAt(neuron, 1.02) - lossAt(neuron, 0.98)) / 0.04);
    expectClose(byNeuron, slopes, 2e-2);
    tf.dispose([...scores.values()]);
    model.dispose();
  });

  test('ranked together, a group of small weights loses no more for it, by the mean of its own', () => {
    const model = dense();
    setValue(model, 'layers.1.feedForward.w1.weight', (value) => value.mul(1e-3));
    setValue(model, 'layers.1.feedForward.w2.weight', (value) => value.mul(1e-3));
    const counts = Object.values(keptOf(model, { scope: 'global', ratio: 0.5 })).map(({ length }) => length);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(12);
    expect(Math.min(...counts)).toBeGreaterThan(2);
    expect(
      Object.values(keptOf(model, { scope: 'global', ratio: 0.9, maxRatio: 0.5 })).every(({ length }) => length >= 6)
    ).toBe(true);
    model.dispose();
  });

  test('ratios by name, multiples, minima and what stays', () => {
    const model = dense();
    const sizes = (options: Partial<prune.StructuredOptions>) =>
      Object.entries(keptOf(model, options)).map(([name, { length }]) => `${name.slice(7, 8)}: ${length}`);
    expect(sizes({ ratios: { 'layers.1.**': 0.75 } })).toEqual(['0: 9', '1: 3']);
    expect(sizes({ ratio: 0.5, multipleOf: 4 })).toEqual(['0: 8', '1: 8']);
    expect(sizes({ ratio: 1, minimum: 5 })).toEqual(['0: 5', '1: 5']);
    expect(sizes({ exclude: ['layers.0.**'] })).toEqual(['1: 9']);
    model.dispose();
  });
});

test('a wide layer is really faster: time and bytes are measured before and after', () => {
  const model = models.mlp({ inputWidth: 512, hidden: [2048], outputWidth: 512 });
  const timedOn = Random.fromSeed(1).normal([2048, 512]);
  const { model: pruned, report } = prune.structured(model, { ratio: 0.75, timedOn });
  expect(report.milliseconds!.after).toBeLessThan(0.6 * report.milliseconds!.before);
  expect(report.bytes.after).toBe(4 * report.parameters.after);
  expect(prune.structured(pruned, { ratio: 0.5 }).report.milliseconds).toBeNull();
  tf.dispose(timedOn);
  [model, pruned].forEach((each) => each.dispose());
});

test('a mixture keeps as many experts as its router chooses, and still runs; it is saved as what it is', () => {
  const model = mixture();
  const { model: pruned, report } = prune.structured(model, { ratio: 1, include: ['**.experts'] });
  expect(report.groups.map(({ kept }) => kept.length)).toEqual([2, 2]);
  expect(outputOf(pruned, ids).every(Number.isFinite)).toBe(true);
  expect(pruned.spec.sizes).toEqual({ 'layers.0.moe.experts': 2, 'layers.1.moe.experts': 2 });
  const again = prune.structured(pruned, { ratio: 0.5, include: ['**.hidden'] });
  expect(again.report.parameters.after).toBeLessThan(report.parameters.after);
  [model, pruned, again.model].forEach((each) => each.dispose());
});

test('what cannot be done is said, and nothing is made', () => {
  const model = dense();
  const attempt = (options: Partial<prune.StructuredOptions>) => () =>
    prune.structured(model, { ratio: 0.5, ...options });
  expectNoLeak(() => {
    expect(attempt({ ratio: 1.5 })).toThrow('prune.structured: ratio must be a number 0..1, got 1.5');
    expect(attempt({ include: ['**.channels'] })).toThrow(
      'include must name groups that can be pruned (vocabulary, width'
    );
    expect(attempt({ include: ['vocabulary'] })).toThrow('vocabulary: token ids name its positions');
    expect(attempt({ scope: 'some' as never })).toThrow('scope must be one of local, global, isomorphic');
    const broken: typeof task = { ...task, loss: (...args) => (task.loss(...args) as tf.Tensor).mul(NaN) };
    const apart = { ...task, loss: () => tf.scalar(1) };
    expect(attempt({ importance: prune.taylor(apart) })).toThrow('prune.taylor: the loss must depend on the model');
    expect(attempt({ importance: prune.taylor(broken) })).toThrow(
      'the loss of a calibration batch must be finite, got NaN of batch 1'
    );
    expect(() => prune.magnitude({ p: 3 as never })).toThrow('prune.magnitude: p must be 1 or 2, got 3');
    const nothing: prune.Importance = { kind: 'none', score: () => new Map() };
    expect(attempt({ importance: nothing })).toThrow('the criterion must score a parameter of');
  });
  model.dispose();
});
