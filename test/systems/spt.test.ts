import { core, layers, models, moe, ops, tf, train } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { makeTokens, outputOf, valuesOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { SHORT } from '../support/runs';

const { Random } = core;

const LENGTH = 32;
const isSparse = (module: core.Module): module is layers.SparseSelfAttention =>
  module instanceof layers.SparseSelfAttention;

describe('[spt]', () => {
  const text = makeLanguage({ domains: 2 });
  let model: models.Transformer;
  let seen: tf.Tensor2D;
  let unseen: tf.Tensor2D;

  beforeAll(async () => {
    model = models.denseTransformer({ layers: 2, width: 32, heads: 2, contextLength: LENGTH, seed: 1 });
    await train.fit(model, text, { ...SHORT, steps: 60, batchSize: 8, learningRate: 0.01, evaluateEvery: 0 });
    const batches = text.validationBatches({ batchSize: 8, length: LENGTH, count: 2 });
    [seen, unseen] = batches.map(({ tokens }) =>
      tf.tidy(() => tf.tensor2d(tokens, [8, LENGTH + 1], 'int32').slice([0, 0], [8, LENGTH]))
    );
  });

  afterAll(() => {
    tf.dispose([seen, unseen]);
    model.dispose();
  });

  const sparsify = (keep: number) =>
    models.sparsifyAttention(model, { keep, subspaces: 8, codewords: 64, tokens: seen, random: Random.fromSeed(1) });

  test('a quarter of the keys kept, 9 of 10 of those that weigh most are found on text it was not learnt from', () => {
    const { model: sparse, report } = sparsify(0.25);
    const captured = core.captureInputs(sparse, unseen, isSparse);
    expect(captured).toHaveLength(2);
    captured.forEach(({ module, input }, block) => {
      expect(module.recall(input)).toBeGreaterThan(0.9);
      expect(report.recall[block]).toBeGreaterThan(0.9);
      // With codewords of nothing it finds what chance would.
      tf.tidy(() => module.buffers().forEach((codebooks) => codebooks.assign(tf.zerosLike(codebooks.variable))));
      expect(module.recall(input)).toBeLessThan(0.6);
      input.dispose();
    });
    sparse.dispose();
  });

  test('all keys kept, the model computes what it did, and is left as it was', () => {
    const before = valuesOf(model);
    const { model: whole, report } = sparsify(1);
    expectClose(outputOf(whole, unseen), outputOf(model, unseen), 1e-5);
    expect(report.recall).toEqual([1, 1]);
    expect(valuesOf(model)).toEqual(before);
    const { model: sparse } = sparsify(0.25);
    const difference = (a: Float32Array, b: Float32Array) => Math.max(...a.map((x, i) => Math.abs(x - b[i])));
    expect(difference(outputOf(sparse, unseen), outputOf(model, unseen))).toBeGreaterThan(1e-3);
    [whole, sparse].forEach((each) => each.dispose());
  });

  test('a query sees a quarter of the keys before it, rounded up, and none after it', () => {
    const options = {
      width: 4,
      heads: 1,
      bias: false,
      keep: 0.25,
      subspaces: 2,
      codewords: 4,
      random: Random.fromSeed(1)
    };
    const attention = new layers.SparseSelfAttention(options);
    const x = Random.fromSeed(2).normal([1, 9, 4]);
    attention.learnIndex(x, Random.fromSeed(3));
    // The gradient of a position's output reaches the values of the keys that it sees.
    const reached = Array.from({ length: 9 }, (_, n) =>
      tf.tidy(() => {
        const values = (y: tf.Tensor) => attention.apply(y, core.Context.create()).slice([0, n, 0], [1, 1, 4]).sum();
        const gradient = tf.grad(values)(x).abs().sum([0, 2]).dataSync();
        return Array.from(gradient.keys()).filter((place) => gradient[place] > 0 && place !== n);
      })
    );
    reached.forEach((places, n) => {
      const kept = Math.ceil((n + 1) / 4);
      expect(places.every((place) => place < n)).toBe(true);
      expect([kept - 1, kept]).toContain(places.length);
    });
    expect(reached.some((places) => places.length === 3)).toBe(true);
    x.dispose();
    attention.dispose();
  });

  test('it is fine-tuned through what is kept', async () => {
    const { model: sparse } = sparsify(0.25);
    const lossOf = async () => (await train.evaluate(sparse, text, { batchSize: 8, batches: 2 })).loss;
    const before = await lossOf();
    await train.fit(sparse, text, {
      ...SHORT,
      steps: 40,
      batchSize: 8,
      learningRate: 0.005,
      evaluateEvery: 0,
      seed: 2
    });
    expect(await lossOf()).toBeLessThan(before);
    sparse.dispose();
  });

  test('tokens grouped by the block of the network that works on them come back in their order, bit for bit', () => {
    const network = model.modules().get('layers.0.feedForward') as moe.DenseNetwork;
    const { layer } = moe.carve(network, { experts: 8, k: 1, random: Random.fromSeed(1) });
    const x = makeTokens(50, 32);
    tf.tidy(() => {
      const routing = layer.router.route(x, core.Context.create());
      const chosen = Int32Array.from((routing as unknown as { indices: tf.Tensor }).indices.dataSync());
      expect(new Set(chosen).size).toBeGreaterThan(2);
      const plan = ops.planDispatch(chosen, { numTokens: 50, k: 1, numExperts: 8 });
      const grouped = ops.dispatch(x, plan);
      expect(grouped.dataSync()).not.toEqual(x.dataSync());
      expect(ops.combine(grouped, tf.ones([50, 1]), plan).dataSync()).toEqual(x.dataSync());
      const backwards = tf.tensor1d(
        Array.from({ length: 50 }, (_, t) => 49 - t),
        'int32'
      );
      const turned = layer.apply(tf.gather(x, backwards), core.Context.create());
      expectClose(tf.gather(turned, backwards), outputOf(layer, x), 1e-6);
    });
    x.dispose();
    layer.dispose();
  });

  test('half of the blocks are half of the work, counted over the rows that blocks get', () => {
    const ffn = (of: models.Transformer) => {
      const { layer, tokens } = moe.analysis.inputsOf(of, unseen)[0];
      let rows = 0;
      const observer = core.observer('routing', ({ indices }) => (rows += indices.filter((e) => e >= 0).length));
      tf.tidy(() => layer.apply(tokens, core.Context.create({ observers: [observer] })).dispose());
      const [numTokens] = tokens.shape;
      tokens.dispose();
      return (rows / numTokens) * layer.experts.flops[0];
    };
    const routed = (k: number) =>
      models.mapFeedForwards(
        model,
        (feedForward) => moe.carve(feedForward as moe.DenseNetwork, { experts: 8, k, random: Random.fromSeed(1) }).layer
      );
    const [half, all] = [routed(4), routed(8)];
    const dense = 4 * 32 * 128;
    expect(ffn(all)).toBe(dense);
    expect(ffn(half)).toBe(dense / 2);
    // The whole model's formula: half of the network's work, and the router's on top.
    const saved = models.activeFlops(model) - models.activeFlops(half);
    expect(saved).toBe(2 * (dense / 2 - 2 * 32 * 8));
    [half, all].forEach((each) => each.dispose());
  });

  test('nothing is left behind', () => {
    expectNoLeak(() => sparsify(0.25).model.dispose());
    const { model: sparse } = sparsify(0.5);
    expect(() => models.sparsifyAttention(sparse, { keep: 0.5, tokens: seen, random: Random.fromSeed(1) })).toThrow(
      'sparsifyAttention: the model must have the usual attention'
    );
    sparse.dispose();
  });
});
