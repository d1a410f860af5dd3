import { core, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Random } = core;

function upcycle(network: moe.DenseNetwork | moe.DenseNetwork[], options: Partial<moe.UpcycleOptions> = {}) {
  return moe.upcycle(network, {
    router: routers.topK({ k: 2 }),
    experts: 4,
    random: Random.fromSeed(3),
    ...options
  });
}

describe.each([{ gated: false }, { gated: true }, { gated: false, bias: false }])('network %o', (kind) => {
  test.each([
    ['top-2', routers.topK({ k: 2 })],
    ['renormalised top-1', routers.topK({ k: 1, renormalize: true })],
    ['soft', routers.topP({ p: 1 })],
    ['sigmoid', routers.topK({ k: 3, scores: 'sigmoid' })]
  ])('copies keep the function under a %s router, and the network', (_name, router) => {
    const network = makeNetwork(kind);
    const before = valuesOf(network);
    const x = makeTokens();
    const { layer, report } = upcycle(network, { router });
    expectClose(outputOf(layer, x), outputOf(network, x), 1e-5);
    expect(valuesOf(network)).toEqual(before);
    expect(report.parameters.after).toBe(layer.countParameters());
    expect(report.source).toEqual([0, 0, 0, 0]);
    x.dispose();
    layer.dispose();
    network.dispose();
  });
});

test('experts come from several networks in turn', () => {
  const networks = [makeNetwork({ seed: 1 }), makeNetwork({ seed: 2 })];
  const x = makeTokens();
  const { layer, report } = upcycle(networks, { experts: 3 });
  expect(report.source).toEqual([0, 1, 0]);
  const w1 = layer.parameters().get('experts.w1')?.variable.arraySync() as number[][][];
  networks.forEach((network, i) => expect(w1[i]).toEqual(network.w1.weight.variable.arraySync()));
  expect(w1[2]).toEqual(w1[0]);
  tf.dispose(x);
  [layer, ...networks].forEach((module) => module.dispose());
});

test('noise has the deviation asked for, and differs between experts', () => {
  const network = makeNetwork({ width: 32, hidden: 64, bias: false });
  const { layer } = upcycle(network, { noise: 0.1 });
  tf.tidy(() => {
    const w1 = network.w1.weight.variable;
    const deviation = (x: tf.Tensor) => tf.moments(x).variance.sqrt().dataSync()[0];
    const [first, second] = tf.unstack(layer.parameters().get('experts.w1')?.variable as tf.Tensor);
    expect(deviation(first.sub(w1)) / deviation(w1)).toBeCloseTo(0.1, 2);
    expect(deviation(first.sub(second))).toBeGreaterThan(0.1 * deviation(w1));
  });
  layer.dispose();
  network.dispose();
});

test('a quarter drawn anew leaves three quarters of the neurons as they were, others in each expert', () => {
  const network = makeNetwork({ hidden: 24 });
  const { layer, report } = upcycle(network, { reinitialize: 0.25 });
  expect(report.reinitialized).toBe(6);
  const old = network.w1.weight.variable.arraySync() as number[][];
  const experts = layer.parameters().get('experts.w1')?.variable.arraySync() as number[][][];
  const kept = experts.map((w1) => old[0].map((_, h) => old.every((row, d) => row[h] === w1[d][h])));
  kept.forEach((each) => expect(each.filter((same) => same)).toHaveLength(18));
  expect(new Set(kept.map(String)).size).toBeGreaterThan(1);
  layer.dispose();
  network.dispose();
});

test('a whole transformer keeps its logits, through mapFeedForwards', () => {
  const dense = models.denseTransformer({ layers: 2, width: 16, contextLength: 8, gated: true, seed: 5 });
  const upcycled = models.mapFeedForwards(dense, (feedForward) => upcycle(feedForward as moe.DenseNetwork).layer);
  const ids = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32');
  expectClose(outputOf(upcycled, ids), outputOf(dense, ids), 1e-5);
  expect([...upcycled.parameters().keys()]).toContain('layers.1.moe.experts.w3');
  expect(models.activeFlops(upcycled)).toBeGreaterThan(models.activeFlops(dense));
  ids.dispose();
  dense.dispose();
  upcycled.dispose();
});

test('mapFeedForwards leaves what it is given as it was, and no tensor behind', () => {
  const dense = models.denseTransformer({ layers: 2, width: 16, contextLength: 8 });
  const before = valuesOf(dense);
  expectNoLeak(() =>
    models
      .mapFeedForwards(dense, (feedForward, block) =>
        block === 0 ? feedForward : upcycle(feedForward as moe.DenseNetwork).layer
      )
      .dispose()
  );
  expect(valuesOf(dense)).toEqual(before);
  dense.dispose();
});

test('networks that differ, and options out of range, are refused', () => {
  const networks = [makeNetwork({ hidden: 24 }), makeNetwork({ hidden: 12 })];
  expect(() => upcycle(networks)).toThrow('upcycle: networks must be of one kind and shape');
  expect(() => upcycle(networks[0], { noise: -1 })).toThrow('upcycle: noise must be a number');
  expect(() => upcycle([networks[0], networks[0]], { experts: 1 })).toThrow('experts must be an integer');
  const biased = makeNetwork({ gated: true, bias: true });
  expectNoLeak(() => expect(() => upcycle(biased)).toThrow('upcycle: a gated network must have no biases'));
  [...networks, biased].forEach((network) => network.dispose());
});
