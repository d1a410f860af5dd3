import { join } from 'path';
import { core, elastic, models, routers, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 12 };
const ids = tf.tensor2d([1, 5, 9, 3, 2, 2, 11, 4], [2, 4], 'int32');
const images = spread([2, 8, 8, 1]);
const rows = spread([3, 5]);

const dense = (): models.Transformer => models.denseTransformer({ ...SIZE, gated: true });
const mixture = (): models.Transformer =>
  models.moeTransformer({ ...SIZE, experts: 4, router: routers.topK({ k: 2 }) });
const residual = (): models.Resnet => {
  const net = models.resnet({ blocks: [1, 2], channels: 4, inputs: 1, classes: 3, stem: 'small' });
  net
    .buffers()
    .forEach((_, path) =>
      setValue(net, path, (value) => value.add(tf.range(1, 1 + value.size).div(path.endsWith('mean') ? -10 : 10)))
    );
  return net;
};
const mlp = (): models.Mlp => models.mlp({ inputWidth: 5, hidden: [6, 4], outputWidth: 3 });

type Row = [string, () => core.Module, tf.Tensor, Record<string, number>];
const WIDER: Row[] = [
  ['hidden units', dense, ids, { '**.hidden': 29 }],
  ['heads', dense, ids, { '**.heads': 3 }],
  ['the residual stream', dense, ids, { width: 16 }],
  ['all of them', dense, ids, { '**.hidden': 30, '**.heads': 5, width: 24 }],
  ["experts' hidden units", mixture, ids, { '**.hidden': 40 }],
  ['the stream of a mixture', mixture, ids, { width: 16 }],
  ['channels', residual, images, { '**.channels': 11 }],
  ['a perceptron', mlp, rows, { '**.hidden': 9 }]
];

describe.each(WIDER)('wider: %s', (_name, make, x, sizes) => {
  test('computes the same, is saved as what it is, and the one given stays', () => {
    const model = make();
    const before = valuesOf(model);
    const { model: wide, report } = elastic.widen(model, { sizes });
    expectClose(outputOf(wide, x), outputOf(model, x), 1e-5);
    expect(report.parameters.after).toBeGreaterThan(report.parameters.before);
    // The first are the positions that were there, the others copies of them.
    Object.values(report.copies).forEach((from) => from.forEach((position) => expect(from[position]).toBe(position)));
    expect(Math.max(...outputOf(model, x).map(Math.abs))).toBeGreaterThan(0.01);
    expect(valuesOf(model)).toEqual(before);
    const again = models.build((wide as models.Transformer).spec);
    expect([...again.parameters()].map(([path, { shape }]) => [path, shape])).toEqual(
      [...wide.parameters()].map(([path, { shape }]) => [path, shape])
    );
    const { model: slice } = elastic.extract(wide, {});
    expectClose(outputOf(slice, x), outputOf(wide, x), 0);
    [model, wide, again, slice].forEach((each) => each.dispose());
  });
});

test('copies have other gradients where their shares are drawn, and the same where they are even', () => {
  const model = mlp();
  const labels = [0, 1, 2];
  const task = train.tasks.classification({ inputs: rows, labels, batchSize: 3 });
  const [drawn, even] = (['drawn', 'even'] as const).map((shares) => {
    const { model: wide, report } = elastic.widen(model, { sizes: { hidden: 12 }, shares });
    const stepper = train.stepper(wide, task, { steps: 30, warmup: 0, learningRate: 0.01 });
    Array.from({ length: 30 }, () => stepper.step());
    const [from] = Object.values(report.copies);
    const bias = wide.parameters().get('0.bias')!.variable.dataSync();
    const apart = from.map((position, i) => Math.abs(bias[i] - bias[position]));
    stepper.dispose();
    wide.dispose();
    return Math.max(...apart);
  });
  expect(even).toBeLessThan(1e-5);
  expect(drawn).toBeGreaterThan(1e-4);
  model.dispose();
});

describe.each([
  ['a transformer', dense, ids, 'layers.0', 'layers.1'],
  ['a mixture', mixture, ids, 'layers.1', 'layers.2'],
  ['a residual network', residual, images, 'stages.1', 'stages.1.2'],
  ['a perceptron', mlp, rows, '0', '1']
] as [string, () => core.Module, tf.Tensor, string, string][])('deeper: %s', (_name, make, x, after, added) => {
  test('computes the same, learns, and the one given stays', () => {
    const model = make();
    const before = valuesOf(model);
    const { model: deep, report } = elastic.deepen(model, { after });
    expect(report.added).toBe(added);
    expectClose(outputOf(deep, x), outputOf(model, x), 1e-6);
    expect(deep.countParameters()).toBeGreaterThan(model.countParameters());
    expect(deep.modules().has(added)).toBe(true);
    const own = [...deep.parameters()].filter(([path]) => path.startsWith(`${added}.`));
    const { grads } = tf.tidy(() => tf.variableGrads(() => deep.apply(x, core.Context.create()).square().mean<tf.Scalar>(), own.map(([, { variable }]) => variable))); // prettier-ignore
    expect(Object.values(grads).some((gradient) => gradient.abs().max().dataSync()[0] > 0)).toBe(true);
    tf.dispose(grads);
    expect(valuesOf(model)).toEqual(before);
    // A cut model is deepened as it is, and what has been deepened can be sliced.
    const { model: cut } = elastic.extract(deep, {});
    expectClose(outputOf(cut, x), outputOf(deep, x), 0);
    [model, deep, cut].forEach((each) => each.dispose());
  });
});

test('an extracted, smaller model grows back: wider and deeper, the same function', () => {
  const model = dense();
  const { model: small } = elastic.extract(model, { sizes: { '**.hidden': 7, '**.heads': 1 } });
  const { model: wide } = elastic.widen(small, { sizes: { '**.hidden': 13, width: 16 } });
  const { model: deep } = elastic.deepen(wide, { after: 'layers.0' });
  expectClose(outputOf(deep, ids), outputOf(small, ids), 1e-5);
  expect(deep.parameters().get('layers.1.feedForward.w1.weight')!.shape).toEqual([16, 13]);
  expectNoLeak(() => elastic.widen(small, { sizes: { '**.hidden': 13 } }).model.dispose());
  [model, small, wide, deep].forEach((each) => each.dispose());
});

test('opened checkpoints: a Llama with more hidden units and key-value groups, one block more', async () => {
  const folder = join(__dirname, '..', '..', '..', 'parity', 'fixtures', 'checkpoints', 'llama');
  const model = await models.open(folder);
  const hidden = core.axesOf(model).get('layers.0.feedForward.hidden')!.axis.size;
  const { model: wide } = elastic.widen(model, { sizes: { '**.hidden': hidden + 5, '**.groups': 3 } });
  const { model: deep } = elastic.deepen(wide, { after: 'layers.0' });
  expectClose(outputOf(deep, ids), outputOf(model, ids), 1e-5);
  [model, wide, deep].forEach((each) => each.dispose());
});

describe('what does not preserve the function is refused', () => {
  const lm = mixture();
  test.each([
    [{ '**.experts': 8 }, /^elastic.widen: "layers.0.moe.experts" must be of hidden, heads/],
    [{ '**.headWidth': 8 }, /^elastic.widen: ".*headWidth" must be of hidden, heads/],
    [{ width: 12 }, /^elastic.widen: the size of "width", which is normed, must be a multiple of 8, got 12/],
    [{ width: 4 }, /^elastic.widen: the size of "width" must be an integer of at least 8, got 4/],
    [{ vocabulary: 24 }, /^elastic.widen: the axis "vocabulary" cannot be widened: token ids name its positions/],
    [{ nothing: 24 }, /^elastic.widen: sizes must name axes of the model/]
  ])('wider: %j', (sizes, message) => {
    expect(() => elastic.widen(lm, { sizes })).toThrow(message);
  });

  test('deeper: activations that are not relu, blocks that share, numbers that are not there', () => {
    const gelu = models.mlp({ inputWidth: 5, hidden: [4], outputWidth: 3, activation: 'gelu' });
    expect(() => elastic.deepen(gelu, { after: '0' })).toThrow('elastic.deepen: the activation of the perceptron must be one of relu, got gelu'); // prettier-ignore
    const shared = models.wideNet({ ...SIZE, experts: 4, router: routers.topK({ k: 2 }) });
    expect(() => elastic.deepen(shared, { after: 'layers.0' })).toThrow('elastic.deepen: the sharing of blocks must be one of none'); // prettier-ignore
    expect(() => elastic.deepen(lm, { after: 'layers.2' })).toThrow('elastic.deepen: after must be one of "layers.0" to "layers.1", got layers.2'); // prettier-ignore
    [gelu, shared].forEach((each) => each.dispose());
  });
});
