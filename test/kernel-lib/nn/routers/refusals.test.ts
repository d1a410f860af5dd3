/** @file What every router refuses, and in which words; what is at the border is taken. */
import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { Context, Random } = core;

const shape = (numExperts = 4) => ({ width: 3, numExperts, random: Random.fromSeed(1) });
const references = { tokens: [[1, 2, 3]], weights: [[0.1, 0.2, 0.3, 0.4]] };
const reroute = (options: object) => routers.testTimeReroute({ router: routers.topK({ k: 1 }), references, neighbours: 1, ...options }); // prettier-ignore
const pool = (options: object) => routers.progressivePool({ k: 2, from: 2, steps: 4, ...options });
const many = (count: number) => `must be an integer of at least ${count}`;

// prettier-ignore
const OPTIONS: [string, () => unknown, string][] = [
  ['topK', () => routers.topK({ k: 0 }), `routers.topK: k ${many(1)}, got 0`],
  ['topK', () => routers.topK({ k: 1.5 }), `routers.topK: k ${many(1)}, got 1.5`],
  ['topK', () => routers.topK({ k: 1, scores: 'other' as 'softmax' }), 'routers.topK: scores must be one of softmax, sigmoid, got other'],
  ['topK', () => routers.topK({ k: 1, scale: 0 }), 'routers.topK: scale must be a number of at least 5e-324, got 0'],
  ['topK', () => routers.topK({ k: 1, jitter: 1.1 }), 'routers.topK: jitter must be a number 0..1, got 1.1'],
  ['topK', () => routers.topK({ k: 1, noise: 'loud' as 'none' }), 'routers.topK: noise must be one of none, learned, got loud'],
  ['topK', () => routers.topK({ k: 1, balance: { zLoss: -1 } }), 'routers.topK: balance.zLoss must be a number of at least 0, got -1'],
  ['topK', () => routers.topK({ k: 1, groups: { count: 0, keep: 1 } }), `routers.topK: groups.count ${many(1)}, got 0`],
  ['topP', () => routers.topP({ p: 0 }), 'routers.topP: p must be a number above 0 and at most 1, got 0'],
  ['topP', () => routers.topP({ p: 1.01 }), 'routers.topP: p must be a number above 0 and at most 1, got 1.01'],
  ['topP', () => routers.topP({ p: 0.5, kMax: 0 }), `routers.topP: kMax ${many(1)}, got 0`],
  ['topP', () => routers.topP({ p: 0.5, entropyLoss: -1 }), 'routers.topP: entropyLoss must be a number of at least 0, got -1'],
  ['topP', () => routers.topP({ p: 0.5, balance: { zLoss: -1 } }), 'routers.topP: balance.zLoss must be a number of at least 0, got -1'],
  ['relu', () => routers.relu({ k: 1, l1: -1 }), 'routers.relu: l1 must be a number of at least 0, got -1'],
  ['relu', () => routers.relu({ k: 1, growth: 0.9 }), 'routers.relu: growth must be a number of at least 1, got 0.9'],
  ['relu', () => routers.relu({ k: 1, norm: 'max' as 'rms' }), 'routers.relu: norm must be one of none, rms, got max'],
  ['relu', () => routers.relu({ k: 1, chunk: { sparsity: -1 } }), 'routers.relu: chunk.sparsity must be a number of at least 0, got -1'],
  ['threshold', () => routers.threshold({ k: 0 }), 'routers.threshold: k must be a number above 0, got 0'],
  ['threshold', () => routers.threshold({ k: 1, decay: 1 }), `routers.threshold: decay must be a number 0..${1 - Number.EPSILON}, got 1`],
  ['expertChoice', () => routers.expertChoice({ k: 0 }), 'routers.expertChoice: k must be a number above 0, got 0'],
  ['expertChoice', () => routers.expertChoice({ k: 1, group: 0 }), `routers.expertChoice: group ${many(1)}, got 0`],
  ['expertChoice', () => routers.expertChoice({ k: 1, softmax: 'all' as 'tokens' }), 'routers.expertChoice: softmax must be one of experts, tokens, got all'],
  ['expertChoice', () => routers.expertChoice({ k: 1, zLoss: -1 }), 'routers.expertChoice: zLoss must be a number of at least 0, got -1'],
  ['sinkhorn', () => routers.sinkhorn({ k: 0 }), `routers.sinkhorn: k ${many(1)}, got 0`],
  ['sinkhorn', () => routers.sinkhorn({ iterations: 0 }), `routers.sinkhorn: iterations ${many(1)}, got 0`],
  ['hash', () => routers.hash({ k: 0 }), `routers.hash: k ${many(1)}, got 0`],
  ['hash', () => routers.hash({ buckets: 0 }), `routers.hash: buckets ${many(1)}, got 0`],
  ['fixed', () => routers.fixed({ table: [] }), 'routers.fixed: table must have rows of one length, at least 1, got []'],
  ['fixed', () => routers.fixed({ table: [[]] }), 'routers.fixed: table must have rows of one length, at least 1, got [0]'],
  ['soft', () => routers.soft({ slots: 0 }), `routers.soft: slots ${many(1)}, got 0`],
  ['soft', () => routers.soft({ slots: 1, tokens: 0 }), `routers.soft: tokens ${many(1)}, got 0`],
  ['recurrent', () => routers.recurrent({ k: 0 }), `routers.recurrent: k ${many(1)}, got 0`],
  ['recurrent', () => routers.recurrent({ k: 1, dim: 0 }), `routers.recurrent: dim ${many(1)}, got 0`],
  ['hyper', () => routers.hyper({ k: 0 }), `routers.hyper: k ${many(1)}, got 0`],
  ['hyper', () => routers.hyper({ k: 1, embedDim: 0 }), `routers.hyper: embedDim ${many(1)}, got 0`],
  ['hyper', () => routers.hyper({ k: 1, hidden: 0 }), `routers.hyper: hidden ${many(1)}, got 0`],
  ['hyper', () => routers.hyper({ k: 1, seed: -1 }), `routers.hyper: seed must be an integer 0..${Number.MAX_SAFE_INTEGER}, got -1`],
  ['mixture', () => routers.mixture({ k: 0, sub: 1 }), `routers.mixture: k ${many(1)}, got 0`],
  ['mixture', () => routers.mixture({ k: 1, sub: 0 }), `routers.mixture: sub ${many(1)}, got 0`],
  ['uncertainty', () => routers.uncertainty({ k: 0 }), `routers.uncertainty: k ${many(1)}, got 0`],
  ['uncertainty', () => routers.uncertainty({ k: 1, samples: 1 }), `routers.uncertainty: samples ${many(2)}, got 1`],
  ['uncertainty', () => routers.uncertainty({ k: 1, dropout: 1 }), `routers.uncertainty: dropout must be a number 0..${1 - Number.EPSILON}, got 1`],
  ['lookahead', () => routers.lookahead({ k: 0 }), `routers.lookahead: k ${many(1)}, got 0`],
  ['task', () => routers.task({ k: 0, tasks: 1 }), `routers.task: k ${many(1)}, got 0`],
  ['task', () => routers.task({ k: 1, tasks: 0 }), `routers.task: tasks ${many(1)}, got 0`],
  ['task', () => routers.task({ k: 1, tasks: 1, embedDim: 0 }), `routers.task: embedDim ${many(1)}, got 0`],
  ['attention', () => routers.attention({ k: 0 }), `routers.attention: k ${many(1)}, got 0`],
  ['attention', () => routers.attention({ k: 1, contrastive: { maskRate: 2 } }), 'routers.attention: contrastive.maskRate must be a number 0..1, got 2'],
  ['attention', () => routers.attention({ k: 1, contrastive: { maskRate: 0, coefficient: -1 } }), 'routers.attention: contrastive.coefficient must be a number of at least 0, got -1'],
  ['attention', () => routers.attention({ k: 1, contrastive: { maskRate: 1, temperature: 0 } }), 'routers.attention: contrastive.temperature must be a number of at least 0.000001, got 0'],
  ['bilevel', () => routers.bilevel({ nodes: 0 }), `routers.bilevel: nodes ${many(1)}, got 0`],
  ['bilevel', () => routers.bilevel({ nodes: 1, k: 0 }), `routers.bilevel: k ${many(1)}, got 0`],
  ['bilevel', () => routers.bilevel({ nodes: 1, balance: [0, -1] }), 'routers.bilevel: balance[1] must be a number of at least 0, got -1'],
  ['confidence', () => routers.confidence({ dispersion: 'range' as 'entropy' }), 'routers.confidence: dispersion must be one of variance, entropy, got range'],
  ['confidence', () => routers.confidence({ threshold: 1.1 }), 'routers.confidence: threshold must be a number 0..1, got 1.1'],
  ['confidence', () => routers.confidence({ sharpness: 0 }), 'routers.confidence: sharpness must be a number of at least 0.001, got 0'],
  ['progressivePool', () => pool({ k: 0 }), `routers.progressivePool: k ${many(1)}, got 0`],
  ['progressivePool', () => pool({ from: 1 }), `routers.progressivePool: from ${many(2)}, got 1`],
  ['progressivePool', () => pool({ steps: 0 }), `routers.progressivePool: steps ${many(1)}, got 0`],
  ['progressivePool', () => pool({ from: 3, to: 2 }), `routers.progressivePool: to ${many(3)}, got 2`],
  ['testTimeReroute', () => reroute({ strategy: 'none' }), 'routers.testTimeReroute: strategy must be one of kernel, modeFinding, ngd, got none'],
  ['testTimeReroute', () => reroute({ neighbours: 0 }), 'routers.testTimeReroute: neighbours must be an integer 1..1, got 0'],
  ['testTimeReroute', () => reroute({ steps: -1 }), `routers.testTimeReroute: steps ${many(0)}, got -1`],
  ['testTimeReroute', () => reroute({ rate: -1 }), 'routers.testTimeReroute: rate must be a number of at least 0, got -1'],
  ['testTimeReroute', () => reroute({ bandwidth: 0 }), 'routers.testTimeReroute: bandwidth must be a number of at least 0.000001, got 0'],
  ['testTimeReroute', () => reroute({ strategy: 'ngd' }), 'routers.testTimeReroute: strategy "ngd" needs a loss, got null']
];

// prettier-ignore
const SHAPES: [string, () => routers.RouterSpec, string][] = [
  ['topP', () => routers.topP({ p: 0.5, kMax: 5 }), 'routers.topP: kMax must be 1..numExperts (4), got 5'],
  ['relu', () => routers.relu({ k: 5 }), 'routers.relu: k must be at most numExperts (4), got 5'],
  ['threshold', () => routers.threshold({ k: 5 }), 'routers.threshold: k must be at most numExperts (4), got 5'],
  ['expertChoice', () => routers.expertChoice({ k: 5 }), 'routers.expertChoice: k must be at most numExperts (4), got 5'],
  ...(['topK', 'sinkhorn', 'hash', 'recurrent', 'hyper', 'uncertainty', 'lookahead', 'attention'] as const).map((name): [string, () => routers.RouterSpec, string] => [name, () => routers[name]({ k: 5 }), `routers.${name}: k must be 1..numExperts (4), got 5`]),
  ['mixture', () => routers.mixture({ k: 5, sub: 2 }), 'routers.mixture: k must be 1..numExperts (4), got 5'],
  ['task', () => routers.task({ k: 5, tasks: 2 }), 'routers.task: k must be 1..numExperts (4), got 5'],
  ['bilevel', () => routers.bilevel({ k: 5, nodes: 2 }), 'routers.bilevel: k must be 1..numExperts (4), got 5'],
  ['bilevel', () => routers.bilevel({ nodes: 3 }), 'routers.bilevel: nodes must divide numExperts (4), got 3'],
  ['progressivePool', () => pool({ k: 5, from: 5 }), 'routers.progressivePool: k must be 1..numExperts (4), got 5'],
  ['progressivePool', () => pool({ from: 5 }), 'routers.progressivePool: from and to must be at most numExperts (4), got 5'],
  ['progressivePool', () => pool({ to: 6 }), 'routers.progressivePool: from and to must be at most numExperts (4), got 6'],
  ['progressivePool', () => pool({ order: [0, 1, 2] }), 'routers.progressivePool: order must hold each of 0..3 once, got [0,1,2]'],
  ['progressivePool', () => pool({ order: [0, 1, 2, 2] }), 'routers.progressivePool: order must hold each of 0..3 once, got [0,1,2,2]'],
  ['progressivePool', () => pool({ order: [0, 1, 2, 3, 3] }), 'routers.progressivePool: order must hold each of 0..3 once, got [0,1,2,3,3]'],
  ['fixed', () => routers.fixed({ table: [[0], [4]] }), 'routers.fixed: table must name experts 0..3, got [4]'],
  ['fixed', () => routers.fixed({ table: [[0], [0.5]] }), 'routers.fixed: table must name experts 0..3, got [0.5]'],
  ['fixed', () => routers.fixed({ table: [[0, 1], [2, 2]] }), 'routers.fixed: the experts of a row must differ, got [2,2]'],
  ['testTimeReroute', () => reroute({ references: { ...references, tokens: [[1, 2]] } }), 'routers.testTimeReroute: references.tokens must be 1 rows of 3, got [2]'],
  ['testTimeReroute', () => reroute({ references: { tokens: [[1, 2, 3], [1, 2]], weights: [...references.weights, ...references.weights] } }), 'routers.testTimeReroute: references.tokens must be 2 rows of 3, got [3,2]'],
  ['testTimeReroute', () => reroute({ references: { ...references, weights: [] } }), 'routers.testTimeReroute: references.weights must be 1 rows of 4, got []']
];

const refusal = (message: string) => expect.objectContaining({ name: 'SwitchyardError', message }) as Error;

describe('refused', () => {
  test.each(OPTIONS)('%s: an option: %#', (_name, make, message) => {
    expect(make).toThrow(refusal(message));
  });

  test.each(SHAPES)('%s: experts that it does not fit: %#', (_name, make, message) => {
    expect(() => make().build(shape())).toThrow(refusal(message));
  });

  test('passes that lack what a router needs besides the tokens', () => {
    const x = tf.ones<tf.Rank.R2>([2, 3]);
    const refuse = (spec: routers.RouterSpec, message: string, state: [string, tf.Tensor][] = []): void => {
      const router = spec.build(shape());
      const ctx = Context.create();
      state.forEach(([name, value]) => ctx.setState(core.stateKey(name), value));
      expect(() => tf.tidy(() => void router.route(x, ctx))).toThrow(refusal(message));
      ctx.dispose();
      router.dispose();
    };
    refuse(routers.task({ k: 1, tasks: 2 }), 'routers.task: the pass must have the state "taskIds" (ctx.setState), got null'); // prettier-ignore
    refuse(routers.task({ k: 1, tasks: 2 }), 'routers.task: "taskIds" must have a row for each of 2 tokens, got [3]', [[moe.TASK_IDS.name, tf.zeros([3], 'int32')]]); // prettier-ignore
    refuse(routers.attention({ k: 1 }), 'routers.attention: the pass must have the state "behaviours" (ctx.setState), got null'); // prettier-ignore
    refuse(routers.topK({ k: 1, gatingResidual: true }), 'routers.topK: the layer before must have logits [2, 4], got [2, 5]', [['topK/logits', tf.zeros([2, 5])]]); // prettier-ignore
    x.dispose();
  });
});

test('what is at the border is taken', () => {
  const all = [
    routers.topP({ p: 1, kMax: 4, entropyLoss: 0 }),
    routers.relu({ k: 4, l1: 0, growth: 1 }),
    routers.threshold({ k: 4, decay: 0 }),
    routers.expertChoice({ k: 4, group: 1, zLoss: 0 }),
    routers.sinkhorn({ k: 4, iterations: 1 }),
    routers.topK({ k: 4, jitter: 1 }),
    routers.hyper({ k: 1, embedDim: 1, hidden: 1, seed: Number.MAX_SAFE_INTEGER }),
    routers.uncertainty({ k: 1, samples: 2, dropout: 0 }),
    routers.bilevel({ nodes: 4, k: 4, balance: [0, 0] }),
    routers.confidence({ threshold: 0, sharpness: 1e-3 }),
    pool({ from: 4, to: 4, steps: 1, order: [3, 1, 0, 2] }),
    reroute({ steps: 0, rate: 0, bandwidth: 1e-6 })
  ];
  tf.tidy(() => {
    const x = tf.tensor2d([[1, -1, 2], [0, 3, 1]]); // prettier-ignore
    for (const spec of all) {
      const router = spec.build(shape());
      const weights = routers.denseWeights(router.route(x, Context.create()));
      expect(weights.shape, spec.kind).toEqual([2, 4]);
      expect(weights.dataSync().every(Number.isFinite), spec.kind).toBe(true);
      router.dispose();
    }
  });
});
