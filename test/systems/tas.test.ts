import { core, data, elastic, models, nas, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { expectClose } from '../support/numeric';

const first = (count: number) => {
  const { images, labels } = data.digits().train;
  return {
    inputs: tf.tensor4d(images.slice(0, count * 64), [count, 8, 8, 1]),
    labels: Array.from(labels.slice(0, count))
  };
};

describe('Transformable architecture search [tas]', () => {
  test('channels are interpolated by means of what their share of the range touches; to the same width they stay', () => {
    const of = (values: number[], width: number) =>
      tf.tidy(() => [...nas.interpolateChannels(tf.tensor2d([values]), width).dataSync()]);
    expect(of([1, 2, 4, 8], 2)).toEqual([1.5, 6]);
    expect(of([1, 2, 4], 2)).toEqual([1.5, 3]);
    expect(of([1, 2], 4)).toEqual([1, 1, 2, 2]);
    expect(of([3, 1, 2], 3)).toEqual([3, 1, 2]);
    expect(() => of([1], 0)).toThrow('nas.interpolateChannels: width must be an integer of at least 1, got 0');
  });

  test('where each dimension has one value a pass is that of the slice', async () => {
    const model = models.resnet({ blocks: [2], channels: 4, inputs: 1, classes: 10, stem: 'small' });
    const point = { '**.channels': 0.5, 'stages.0': 1 };
    const net = elastic.supernet(model, { sizes: { '**.channels': [0.5] }, depths: { 'stages.0': [1] }, tied: true });
    const task = train.tasks.classification({ ...first(16), batchSize: 16 });
    const flops = net.subnet(point).cost({ length: 64 }).flops!;
    const ctx = core.Context.create({ training: true });
    const own = tf.tidy(() => (net.subnet(point).run(() => task.loss(model, task.batch(1, 0), ctx)) as tf.Scalar).dataSync()[0]); // prettier-ignore
    ctx.dispose();
    const report = await nas.widthDepth(net, { task, validation: task, steps: 1, flops, costLoss: 0, length: 64 });
    expectClose([report.losses[0]], [own], 1e-5);
    expect(report.point).toEqual(point);
    expect([...model.parameters().keys()].some((path) => path.startsWith('searchedSizes'))).toBe(false);
    model.dispose();
  });

  test('the slice found spends what was asked for, and the distributions end less even than they begin', async () => {
    const model = models.resnet({ blocks: [3], channels: 8, inputs: 1, classes: 10, stem: 'small' });
    const net = elastic.supernet(model, {
      sizes: { '**.channels': [0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1] },
      depths: { 'stages.0': [1, 2, 3] }
    });
    const whole = net.subnet(net.largest).cost({ length: 64 }).flops!;
    const images = first(32);
    const { numTensors } = tf.memory();
    const task = train.tasks.classification({ ...images, batchSize: 8 });
    const { point, flops, entropies, probabilities } = await nas.widthDepth(net, {
      ...{ task, validation: task, steps: 20, flops: 0.3 * whole, length: 64 },
      ...{ architectureRate: 0.3, architectureDecay: 0 }
    });
    expect(Math.abs(flops / (0.3 * whole) - 1)).toBeLessThanOrEqual(0.05);
    expect(net.subnet(point).cost({ length: 64 }).flops).toBe(flops);
    expect(entropies.at(-1)).toBeLessThan(0.9 * entropies[0]);
    Object.values(probabilities).forEach((each) => expect(each.reduce((a, b) => a + b)).toBeCloseTo(1, 5));
    // Cost leads away from the largest.
    expect(probabilities['stages.0'][2]).toBeLessThan(0.3);
    expect(tf.memory().numTensors).toBe(numTensors);
    images.inputs.dispose();
    // What is found is a network, trained by the whole one.
    const { model: small } = elastic.extract(model, net.choice(point));
    const taught = train.tasks.distillation(task, { teacher: model, hardLoss: 1 });
    expect(taught.kind).toBe('distillation');
    expect(models.sumFlops(models.moduleFlops(small, { length: 64 }))).toBe(flops);
    [model, small].forEach((each) => each.dispose());
  });

  test('without a cost the loss leads the distribution to the width that the targets need', async () => {
    const inputs = spread([64, 4]);
    const targets = tf.tidy(() => tf.concat([inputs, inputs.neg()], 1).relu());
    const model = models.mlp({ inputWidth: 4, hidden: [16], outputWidth: 8, seed: 1 });
    const net = elastic.supernet(model, { sizes: { '**.hidden': [0.0625, 1] } });
    const task = train.tasks.regression({ inputs, targets, batchSize: 64 });
    const flops = net.subnet(net.largest).cost().flops!;
    const common = { task, validation: task, steps: 40, flops, tolerance: 1, costLoss: 0, weightDecay: 0 };
    const { probabilities } = await nas.widthDepth(net, { ...common, architectureRate: 0.08, temperature: [1, 1] });
    expect(Object.values(probabilities)[0][1]).toBeGreaterThan(0.8);
    tf.dispose([inputs, targets]);
    model.dispose();
  });

  test('what is refused leaves the model as it was', async () => {
    const model = models.mlp({ inputWidth: 4, hidden: [8], outputWidth: 2 });
    const net = elastic.supernet(model, { sizes: { '**.hidden': [0.5, 1] } });
    const task = train.tasks.classification({ inputs: spread([4, 4]), labels: [0, 1, 0, 1] });
    const common = { task, validation: task, steps: 1, flops: 1 };
    await expect(nas.widthDepth(net, { ...common, samples: 0 })).rejects.toThrow('nas.widthDepth: samples must be an integer of at least 1, got 0'); // prettier-ignore
    await expect(nas.widthDepth(net, common)).rejects.toThrow('nas.widthDepth: a slice must spend 1 operations, give or take 0.05 of them, got none'); // prettier-ignore
    const heads = models.denseTransformer({ layers: 1, width: 8, heads: 2, contextLength: 4, vocabSize: 5, hidden: 8 });
    const ofHeads = elastic.supernet(heads, { sizes: { '**.heads': [0.5, 1] } });
    await expect(nas.widthDepth(ofHeads, common)).rejects.toThrow('nas.widthDepth: sizes must be of outputs of linear maps, convolutions or tables'); // prettier-ignore
    expect([...model.parameters().keys()]).toHaveLength(4);
    [model, heads].forEach((each) => each.dispose());
  });
});
