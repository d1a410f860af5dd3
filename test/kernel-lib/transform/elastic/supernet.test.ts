import { core, elastic, models, prune, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { outputOf, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const SIZE = { layers: 3, width: 8, heads: 2, contextLength: 6, vocabSize: 13, hidden: 8 };
const ids = tf.tensor2d([[1, 2, 3, 4], [7, 8, 9, 12]], [2, 4], 'int32'); // prettier-ignore
const model = models.denseTransformer(SIZE);
afterAll(() => model.dispose());

describe('a supernet', () => {
  test('counts its points as it goes through them; each is a slice, and equal slices are equal', () => {
    const net = elastic.supernet(model, { sizes: { '**.hidden': [0.5, 1] }, depths: { layers: [2, 3] } });
    const points = [...net.points()];
    expect([net.count, points.length, new Set(points.map((each) => JSON.stringify(each))).size]).toEqual([16, 16, 16]);
    expect(net.dimensions.map(({ name }) => name)).toEqual([
      ...[0, 1, 2].map((i) => `layers.${i}.feedForward.hidden`),
      'layers'
    ]);
    expect(net.choice(net.largest)).toEqual({});
    expect(net.choice(net.smallest)).toEqual({
      sizes: { 'layers.0.feedForward.hidden': 4, 'layers.1.feedForward.hidden': 4 },
      skip: ['layers.2']
    });
    // The third block's width says nothing where the block is left out: 4 of 8 points are there twice.
    expect(new Set(points.map((each) => JSON.stringify(net.choice(each)))).size).toBe(12);
  });

  test('tied, all axes of a pattern have one share', () => {
    const net = elastic.supernet(model, { sizes: { '**.hidden': [0.25, 1], width: [0.5, 1] }, tied: true });
    expect(net.count).toBe(4);
    const { sizes } = net.choice(net.smallest);
    expect(Object.values(sizes!)).toEqual([2, 2, 2, 4]);
  });

  test('blocks stay in the order that is given', () => {
    const net = elastic.supernet(model, { depths: { layers: [1, 2, 3] }, order: { layers: [2, 0, 1] } });
    expect(net.choice({ layers: 1 })).toEqual({ skip: ['layers.0', 'layers.1'] });
    expect(net.choice({ layers: 2 })).toEqual({ skip: ['layers.1'] });
  });

  test('axes that share a name: a pattern is of all of them, the name of the first alone', () => {
    const mlp = models.mlp({ inputWidth: 2, hidden: [4, 4], outputWidth: 2 });
    const sizesAt = (sizes: Record<string, number>): number => elastic.subnet(mlp, { sizes }).cost().parameters;
    // 2 x 4 + 4, 4 x 4 + 4, 4 x 2 + 2 values.
    expect([sizesAt({ '**.hidden': 2 }), sizesAt({ hidden: 2 }), sizesAt({ 'hidden#2': 2 })]).toEqual([
      6 + 6 + 6,
      6 + 12 + 10,
      12 + 10 + 6
    ]);
    const net = elastic.supernet(mlp, { sizes: { '**.hidden': [0.5, 1] } });
    expect(net.choice({ hidden: 0.5, 'hidden#2': 1 })).toEqual({ sizes: { hidden: 2 } });
    mlp.dispose();
  });

  test.each([
    [{}, /^elastic.supernet: sizes or depths must be given/],
    [{ sizes: { '**.hidden': [] } }, /"\*\*.hidden" must have at least one value/],
    [{ sizes: { '**.hidden': [2] } }, /sizes of "\*\*.hidden" must be a number/],
    [{ sizes: { vocabulary: [0.5] } }, /the axis "vocabulary" cannot be cut/],
    [{ depths: { towers: [1] } }, /depths must name stacks of blocks \(layers\), got towers/],
    [{ depths: { layers: [4] } }, /depths of "layers" must be an integer 0..3, got 4/],
    [{ depths: { layers: [1] }, order: { layers: [0, 0, 1] } }, /order of "layers" must name its 3 blocks, each once/]
  ])('%j is refused', (options, message) => {
    expect(() => elastic.supernet(model, options)).toThrow(message);
  });

  test('a point that has a strange value, or lacks one', () => {
    const net = elastic.supernet(model, { depths: { layers: [1, 3] } });
    expect(() => net.choice({ layers: 2 })).toThrow('elastic.supernet: "layers" must be one of 1, 3, got 2');
    expect(() => net.choice({})).toThrow('"layers" must be one of 1, 3, got undefined');
    expect(() => net.choice({ layers: 1, width: 1 })).toThrow('a point must name dimensions (layers), got width');
  });
});

test('ranked, a model computes the same, and its slices keep what matters most', () => {
  const { model: ranked, report } = elastic.rank(model, { importance: prune.magnitude() });
  expectClose(outputOf(ranked, ids), outputOf(model, ids), 1e-6);
  const group = 'layers.1.feedForward.hidden';
  const [importance] = prune.groupImportance(model, [prune.groups(model).get(group)!], { importance: prune.magnitude() }); // prettier-ignore
  const best = Array.from(importance.keys()).sort((a, b) => importance[b] - importance[a]);
  expect(report.order[group]).toEqual(best);
  const slice = { sizes: { [group]: 3 } };
  const wanted = elastic.subnet(model, { sizes: { [group]: best.slice(0, 3) } });
  const ctx = (): core.Context => core.Context.create();
  const given = tf.tidy(() => elastic.subnet(ranked, slice).apply(ids, ctx()).dataSync());
  expectClose(given, tf.tidy(() => wanted.apply(ids, ctx()).dataSync()), 1e-6); // prettier-ignore
  const positions = tf.tidy(() => elastic.subnet(model, slice).apply(ids, ctx()).dataSync());
  expect(Array.from(positions)).not.toEqual(Array.from(given));
  ranked.dispose();
});

describe('a residual network', () => {
  const net = models.resnet({ blocks: [2, 2], channels: 4, inputs: 1, classes: 3, stem: 'small', seed: 1 });
  const images = [1, 2].map((scale) => tf.tidy(() => spread([3, 8, 8, 1]).mul(scale) as tf.Tensor4D)); // prettier-ignore
  afterAll(() => {
    net.dispose();
    tf.dispose(images);
  });

  test('has fewer blocks and channels, numbered anew, and computes what the slice computes', () => {
    const choice = { sizes: { '**.channels': 2 }, skip: ['stages.0.0', 'stages.1.1'] };
    const before = valuesOf(net);
    const slice = elastic.subnet(net, choice);
    const { model: small } = elastic.extract(net, choice);
    expect((small as models.Resnet).options.blocks).toEqual([1, 1]);
    expectClose(tf.tidy(() => slice.apply(images[0], core.Context.create()).dataSync()), outputOf(small, images[0]), 1e-6); // prettier-ignore
    expect(slice.cost().parameters).toBe(small.countParameters());
    expect(valuesOf(net)).toEqual(before);
    small.dispose();
    expect(() => elastic.extract(net, { skip: ['stages.0.0', 'stages.0.1'] })).toThrow('elastic.extract: stage 0 must keep a block'); // prettier-ignore
    expect(() => elastic.supernet(net, { depths: { 'stages.*': [1] }, order: { 'stages.1': [1, 0] } })).toThrow('depths of "stages.1" must keep the blocks that change sizes (stages.1.0)'); // prettier-ignore
    expect(elastic.supernet(net, { depths: { 'stages.*': [1, 2] } }).count).toBe(4);
  });

  test('gets statistics of its own for a slice: those of the slice itself in training, a mean over the passes (once-for-all#15, slimmable_networks#35)', () => {
    const choice = { sizes: { '**.channels': 2 } };
    const before = outputOf(net, images[0]);
    const slice = elastic.subnet(net, choice, { calibration: images });
    const { model: small } = elastic.extract(net, choice, { calibration: images });
    // By hand, from running statistics that take each pass whole: 0.9 of the initial ones and 0.1 of the pass's.
    const running = images.map((x) => {
      const { model: fresh } = elastic.extract(net, choice);
      const ctx = core.Context.create({ training: true });
      tf.tidy(() => void fresh.apply(x, ctx));
      ctx.finish();
      ctx.dispose();
      const values = new Map([...fresh.buffers()].map(([path, { variable }]) => [path, Array.from(variable.dataSync())])); // prettier-ignore
      fresh.dispose();
      return values;
    });
    small.buffers().forEach(({ variable }, path) => {
      const initial = path.endsWith('mean') ? 0 : 1;
      const passes = running.map((values) => values.get(path)!.map((value) => (value - 0.9 * initial) / 0.1));
      expectClose(variable.dataSync(), passes[0].map((value, i) => (value + passes[1][i]) / 2), 1e-4); // prettier-ignore
    });
    const output = tf.tidy(() => slice.apply(images[0], core.Context.create()).dataSync());
    expectClose(output, outputOf(small, images[0]), 1e-6);
    const stale = elastic.subnet(net, choice);
    const other = tf.tidy(() => stale.apply(images[0], core.Context.create()).dataSync());
    expect(Array.from(other)).not.toEqual(Array.from(output));
    expect(outputOf(net, images[0])).toEqual(before);
    slice.dispose();
    small.dispose();
    expectNoLeak(() => elastic.subnet(net, choice, { calibration: images }).dispose());
    expect(() => elastic.subnet(model, {}, { calibration: ids })).toThrow('elastic.subnet: calibration is for models with batch norms, got transformer'); // prettier-ignore
  });
});
