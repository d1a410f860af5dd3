/** @file Mixtures on a few tokens, worked out again; what they cost against counted matrix products. */
import { core, layers, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { matrixProducts } from '../../../support/matrixProducts';
import { fixedRouter } from '../../../support/moeLayer';
import { makeNetwork, outputOf } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';
import { stored } from '../../../support/stored';
import { CUSTOM_OPS, ofCustomOps } from '../../../support/customOps';

const { Context, Random } = core;

const random = Random.fromSeed(1);
const router = routers.topK({ k: 2 });
const rows = (shape: number[], seed = 2) => Random.fromSeed(seed).normal(shape);

describe('moe.layer', () => {
  test('a capacity of sequences is each one’s own: the first of each goes, the others are dropped', () => {
    const toFirst = { router: fixedRouter(() => ({})), experts: 4, width: 5, hidden: 3, random };
    const [limited, free] = [moe.layer({ ...toFirst, sequenceCapacity: 1 }), moe.layer(toFirst)];
    const x = rows([2, 3, 5]);
    const records: core.RoutingRecord[] = [];
    const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
    tf.tidy(() => {
      const [kept, all] = [limited.apply(x, ctx), free.apply(x, Context.create())];
      const first = tf.tensor3d([1, 0, 0, 1, 0, 0], [2, 3, 1]);
      expectClose(kept, all.mul(first), 1e-6);
    });
    expect(records.map(({ dropped, capacity }) => [Array.from(dropped!), capacity])).toEqual([[[0, 1, 1, 0, 1, 1], undefined]]); // prettier-ignore
    ctx.dispose();
    x.dispose();
    [limited, free].forEach((each) => each.dispose());
  });

  test('the shared expert counts by the sigmoid of its gate', () => {
    const options = { router, experts: 3, width: 4, hidden: 3, sharedExperts: 1, random };
    const [gated, plain] = [true, false].map((sharedGate) => moe.layer({ ...options, sharedGate }));
    const bare = moe.layer({ ...options, sharedExperts: 0 });
    const x = rows([6, 4]) as tf.Tensor2D;
    tf.tidy(() => {
      const [all, routed] = [plain, bare].map((each) => each.apply(x, Context.create()));
      const gate = x.matMul(gated.sharedGate!.weight.read() as tf.Tensor2D).sigmoid();
      expectClose(gated.apply(x, Context.create()), routed.add(all.sub(routed).mul(gate)), 1e-5);
    });
    expect(gated.sharedGate!.bias).toBeNull();
    x.dispose();
    [gated, plain, bare].forEach((each) => each.dispose());
  });

  test('a capacity is told where there is one', () => {
    const told = (more: object) => {
      const layer = moe.layer({ router: routers.topK({ k: 1 }), experts: 2, width: 4, hidden: 3, random, ...more });
      const records: core.RoutingRecord[] = [];
      const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
      const x = rows([10, 4]);
      tf.tidy(() => void layer.apply(x, ctx));
      ctx.dispose();
      x.dispose();
      layer.dispose();
      return [records[0].capacity, records[0].sharedExperts];
    };
    expect(told({})).toEqual([undefined, undefined]);
    // 1.1 times 5 is 5.5, and 1.2 times 5 a little above 6.
    expect([told({ capacityFactor: 1.1 }), told({ capacityFactor: 1.2 })]).toEqual([[6, undefined], [6, undefined]]); // prettier-ignore
    expect(told({ sharedExperts: 2 })).toEqual([undefined, 2]);
  });
});

test('moe.untied: each token goes through the module of its modality, and those that nobody has do not run', () => {
  const modules = [0, 1, 2].map((seed) => makeNetwork({ width: 4, hidden: 3, seed: seed + 1 }));
  const module = moe.untied({ count: 3, build: (i) => modules[i] });
  const release = modules[1].intercept(() => {
    throw new Error('nobody has it');
  });
  const x = rows([2, 2, 4]);
  const ctx = Context.create();
  ctx.setState(core.stateKey('modalityIds'), tf.tensor1d([2, 0, 0, 2], 'int32'));
  tf.tidy(() => {
    const each = [0, 2].map((i) => tf.tensor(outputOf(modules[i], x), [2, 2, 4]));
    const first = tf.tensor3d([0, 1, 1, 0], [2, 2, 1]);
    const y = module.apply(x, ctx);
    expect(y.shape).toEqual([2, 2, 4]);
    expectClose(y, each[0].mul(first).add(each[1].mul(tf.sub(1, first))), 1e-5);
  });
  // A token's share of three modules of 48 operations each.
  expect(module.cost({ length: 1 }).flops).toBeCloseTo(48, 9);
  release();
  ctx.dispose();
  x.dispose();
  module.dispose();
});

test('moe.sharedGroup: a layer after the other, each added to what it was given', () => {
  const group = moe.sharedGroup({ router: () => router, experts: 2, width: 4, hidden: 3, group: 2, random });
  const x = rows([5, 4]);
  tf.tidy(() => {
    let y: tf.Tensor = x;
    group.layers.forEach((layer) => (y = y.add(layer.apply(y, Context.create()))));
    expectClose(group.apply(x, Context.create()), y, 1e-6);
  });
  // Each of two layers: a router over four experts, and two experts of 48 operations.
  expect(group.cost({ length: 1 }).flops).toBe(2 * (2 * 4 * 4 + 2 * 48));
  expect(group.kind).toBe('shared-group');
  x.dispose();
  group.dispose();
});

test.each([2, 3])('moe.expertConv: kernels of side %i, padded as "same" is, each image by its own mixture', (size) => {
  const conv = moe.expertConv({ router, experts: 3, inputs: 2, outputs: 4, size, random });
  const x = rows([3, 5, 4, 2]) as tf.Tensor4D;
  tf.tidy(() => {
    const ctx = Context.create();
    const weights = routers.denseWeights(conv.router.route(x.mean<tf.Tensor2D>([1, 2]), ctx)).unstack();
    const images = x.unstack().map((image, b) => {
      const kernel = conv.kernels
        .read()
        .mul(weights[b].reshape([3, 1, 1, 1, 1]))
        .sum(0) as tf.Tensor4D;
      return tf.conv2d(image as tf.Tensor3D, kernel, 1, 'same');
    });
    expectClose(conv.apply(x, ctx), tf.stack(images), 1e-5);
    expect(() => conv.apply(x.slice([0, 0, 0, 0], [-1, -1, -1, 1]), ctx)).toThrow('expert-conv: expects shape [B, H, W, 2], got [3, 5, 4, 1]'); // prettier-ignore
  });
  x.dispose();
  conv.dispose();
});

// Without the custom ops grouped products go another way, which leaves out experts that nobody chose.
describe.skipIf(!CUSTOM_OPS)('cost is the matrix products of a pass, which are counted', ofCustomOps, () => {
  const shape = { width: 8, random };
  const sizes = { ...shape, router, experts: 4, hidden: 6 };
  const ids = (name: string): [string, tf.Tensor] => [name, tf.tensor1d([0, 1, 0, 1, 1, 0], 'int32')];
  test.each<[string, () => core.Module, [string, tf.Tensor][]]>([
    ['attentionHeads', () => moe.attentionHeads({ ...shape, router, heads: 4, headWidth: 3 }), []],
    ['attentionMixture', () => moe.attentionMixture({ ...shape, router, experts: 3, heads: 2 }), []],
    ['attentionMixture, keys shared', () => moe.attentionMixture({ ...shape, router, experts: 3, heads: 2, shareKeyValue: true }), []], // prettier-ignore
    ['multiHead', () => moe.multiHead({ ...sizes, heads: 2 }), []],
    ['rethink', () => moe.rethink({ ...sizes, rounds: 3 }), []],
    ['taskFeedForward', () => moe.taskFeedForward({ ...shape, hidden: 6, tasks: 2, perTask: 3 }), [ids('taskIds')]],
    ['tokenIndexed', () => moe.tokenIndexed({ ...shape, hidden: 6, vocabSize: 5 }), [ids('tokenIds')]],
    ['a gate of shared experts', () => moe.layer({ ...sizes, sharedExperts: 1, sharedGate: true }), []]
  ])('%s', (_name, make, state) => {
    const module = make();
    const x = rows([1, 6, 8]);
    const ctx = Context.create();
    state.forEach(([name, value]) => ctx.setState(core.stateKey(name), value.clone()));
    const counted = matrixProducts(() => tf.tidy(() => void module.apply(x, ctx)));
    expect(module.cost({ length: 6 }).flops! * 6).toBeCloseTo(counted, 6);
    tf.dispose(state.map(([, value]) => value));
    ctx.dispose();
    x.dispose();
    module.dispose();
  });
});

test('schedule: a wave has one and a half periods', () => {
  // Sines of 0, 135, 270, 405 and 540 degrees around a mean of 3, as steep as 1..5 allows: 2.85, 4.15, 1, 4.15, 2.85.
  expect(moe.schedule({ shape: 'wave', layers: 5, total: 15, kMax: 5 })).toEqual([3, 4, 1, 4, 3]);
  // 4.33, 2.67, 1, 2.67, 4.33.
  expect(moe.schedule({ shape: 'valley', layers: 5, total: 15, kMax: 5 })).toEqual([4, 3, 1, 3, 4]);
});

test('multiHeadParity: sizes that cannot come near are refused', () => {
  const parity = { heads: 2, k: 1, experts: 2, width: 64, hidden: 1 };
  expect(() => moe.multiHeadParity(parity)).toThrow('moe.multiHeadParity: some sizes must come within 10 % of the mixture, got {"experts":'); // prettier-ignore
});

test('whoever has a router and experts is a mixture only by its kind', () => {
  const layer = moe.layer({ router, experts: 3, width: 4, hidden: 3, random });
  const model = new layers.Sequential([layer, makeNetwork({ width: 4, hidden: 3 })]);
  const found = moe.analysis.inputsOf(model, tf.ones([2, 4]));
  expect(found.map(({ path }) => path)).toEqual(['0']);
  found.forEach(({ tokens }) => tokens.dispose());
  model.dispose();
});

test('capacityThreshold: in three dimensions a cap of an angle is (1 - cos) / 2 of the sphere', () => {
  for (const angle of [0.1, 1, 2]) {
    const share = (1 - Math.cos(angle)) / 2;
    expect(moe.capacityThreshold({ width: 3, numTokens: 1e8, angle }) / 1e8).toBeCloseTo(share, 7);
  }
  // On a circle the angle's own share; in five dimensions the integral of sin^3, (2 + cos) (1 - cos)^2 / 4 of it.
  expect(moe.capacityThreshold({ width: 2, numTokens: 1e8, angle: 1 }) / 1e8).toBeCloseTo(1 / Math.PI, 7);
  const five = ((2 + Math.cos(1)) * (1 - Math.cos(1)) ** 2) / 4;
  expect(moe.capacityThreshold({ width: 5, numTokens: 1e8, angle: 1 }) / 1e8).toBeCloseTo(five, 7);
});

test('moe.expertConv costs one convolution, and mixing of the kernels once an image', () => {
  const conv = moe.expertConv({ router, experts: 3, inputs: 2, outputs: 4, random });
  const kernel = 3 * 3 * 2 * 4;
  // Of twenty pixels; the router sees their mean.
  expect(conv.cost({ length: 20 }).flops).toBeCloseTo(2 * kernel + (2 * 3 * kernel + 2 * 2 * 3) / 20, 9);
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  const x = rows([2, 3, 3, 2]);
  tf.tidy(() => void conv.apply(x, ctx.within('conv')));
  expect(records.map(({ path, router: kind, numTokens, experts }) => [path, kind, numTokens, experts])).toEqual([
    ['conv', 'top-k', 2, ['0', '1', '2']]
  ]);
  ctx.dispose();
  x.dispose();
  conv.dispose();
});

describe('what is saved, and under which names', () => {
  const size = { width: 4, random };
  // prettier-ignore
  test.each<[string, () => core.Module, string[]]>([
    ['moe', () => moe.layer({ ...size, router, experts: 3, hidden: 3, sharedExperts: 1, sharedGate: true }), ['router.weight [width, experts]', 'experts.w1 [experts, width, hidden]', 'experts.w2 [experts, hidden, width]', 'shared.w1 [shared!, width, hidden]', 'shared.w2 [shared!, hidden, width]', 'sharedGate.weight [width, outputs]']],
    ['attention-heads', () => moe.attentionHeads({ ...size, router, heads: 2, headWidth: 3 }), ['query [heads, width, headWidth]', 'output [heads, headWidth, width]', 'router.weight [width, heads]', 'keyValue.weight [width, keyValue]']],
    ['attention-mixture', () => moe.attentionMixture({ ...size, router, experts: 3, heads: 2 }), ['query [experts, width, heads x headWidth]', 'keyValue [experts, width, keyValue]', 'output [experts, heads x headWidth, width]', 'router.weight [width, experts]']],
    ['attention-mixture', () => moe.attentionMixture({ ...size, router, experts: 3, heads: 2, shareKeyValue: true }), ['query [experts, width, heads x headWidth]', 'keyValue [shared!, width, keyValue]', 'output [experts, heads x headWidth, width]', 'router.weight [width, experts]']],
    ['multi-head-moe', () => moe.multiHead({ ...size, router, experts: 3, hidden: 3, heads: 2 }), ['head.weight', 'moe.router.weight', 'moe.experts.w1', 'moe.experts.w2', 'merge.weight']],
    ['rethink', () => moe.rethink({ ...size, router, experts: 3, hidden: 3, rounds: 2 }), ['moe.router.weight', 'moe.experts.w1', 'moe.experts.w2']],
    ['task-feed-forward', () => moe.taskFeedForward({ ...size, hidden: 3, tasks: 2, perTask: 1 }), ['perTask [tasks!, hidden, perTask!]', 'w1.weight [width!, hidden]', 'w2.weight [hidden, shared!]']],
    ['token-indexed', () => moe.tokenIndexed({ ...size, hidden: 3, vocabSize: 5 }), ['table [ids!, hidden]', 'w1.weight [width, hidden]', 'w2.weight [hidden, width]']],
    ['expert-conv', () => moe.expertConv({ router, experts: 3, inputs: 2, outputs: 4, random }), ['kernels [experts, kernelHeight!, kernelWidth!, inputs, outputs]', 'router.weight [inputs, experts]']]
  ])('%s', (kind, make, wanted) => {
    const module = make();
    const names = stored(module);
    // With axes where the row says them.
    expect(names.map((name, i) => (wanted[i]?.includes('[') ? name : name.replace(/ .*/, '')))).toEqual(wanted);
    expect(module.kind).toBe(kind);
    module.dispose();
  });
});
