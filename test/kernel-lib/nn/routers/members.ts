/** @file The routers that the battery is run with: a row each, more where options change what is computed. */
import { adaptive, core, routers, tf } from '@switchyard/kernel-lib';

export const WIDTH = 6;
export const EXPERTS = 4;
export const TOKENS = 12;

export interface Member {
  /** File, from kernel-lib/src/nn/routers. */
  file: string;
  spec: (k: number, numExperts: number) => routers.RouterSpec;
  /** Choices of a token that the battery asks for. */
  k: number;
  /** False where another seed changes nothing. */
  seeded?: false;
  /** True where a token's place decides and not the token, so that permuting tokens changes the routing. */
  byPlace?: true;
  /** True where an option is a function, so that its spec is not data. */
  live?: true;
  /** True where training explores, as the battery's own member does not. */
  exploring?: true;
  /** Axes that cannot be cut. */
  pinned?: readonly string[];
  /** What the pass must hold besides the tokens; a function of each token alone, so that it moves with it. */
  state?: (x: tf.Tensor2D, numExperts: number) => Record<string, tf.Tensor>;
}

const largest = (x: tf.Tensor2D) => x.argMax(1) as tf.Tensor;
const references = (numExperts: number, count = 6) => {
  const random = core.Random.fromSeed(11);
  return tf.tidy(() => ({
    tokens: random.normal([count, WIDTH]).arraySync() as number[][],
    weights: tf.softmax(random.child(1).normal([count, numExperts])).arraySync() as number[][]
  }));
};

function learningPathRouter(costs: number[]): routers.RouterSpec {
  const spec = adaptive.pathRouter({ block: 0, costs, budget: 0.1 });
  const build: routers.RouterSpec['build'] = (shape) => {
    const router = spec.build(shape) as adaptive.PathRouter;
    router.exploring = false;
    return router;
  };
  return { ...spec, build };
}

export const MEMBERS: Record<string, Member> = {
  'top-k': { file: 'topK', spec: (k) => routers.topK({ k }), k: 2 },
  'top-k, sigmoid scores and selection bias': {
    file: 'topK',
    spec: (k) => routers.topK({ k, scores: 'sigmoid', balance: { bias: { rate: 0.01 }, zLoss: 1e-3 } }),
    k: 2
  },
  'top-k, not renormalised': {
    file: 'topK',
    spec: (k) => routers.topK({ k, renormalize: false }),
    k: 3
  },
  'top-k, gating residuals': {
    file: 'topK',
    spec: (k) => routers.topK({ k, gatingResidual: true }),
    k: 2,
    state: (x, numExperts) => ({ 'topK/logits': x.sin().slice([0, 0], [-1, numExperts]) })
  },
  'top-k, local': {
    file: 'topK',
    spec: (k, numExperts) => {
      const nodeOf = Array.from({ length: numExperts }, (_, expert) => expert % 2);
      return routers.topK({ k, balance: { locality: { coefficient: 0.1, nodeOf } } });
    },
    k: 2,
    pinned: ['experts']
  },
  'switch top-1': { file: 'switchTop1', spec: () => routers.switchTop1(), k: 1 },
  'noisy top-k': { file: 'noisyTopK', spec: (k) => routers.noisyTopK({ k }), k: 2 },
  'top-p': { file: 'topP', spec: (k) => routers.topP({ p: 0.6, kMax: k }), k: 3 },
  relu: { file: 'relu', spec: (k) => routers.relu({ k, l1: 0.1 }), k: 2 },
  'relu, normalised, with chunk losses': {
    file: 'relu',
    spec: (k) => routers.relu({ k, l1: 0.1, norm: 'rms', chunk: { size: 5, sparsity: 0.1, locality: 0.1 } }),
    k: 2
  },
  threshold: { file: 'threshold', spec: (k) => routers.threshold({ k }), k: 2, byPlace: true },
  'expert choice': { file: 'expertChoice', spec: (k) => routers.expertChoice({ k, zLoss: 1e-3 }), k: 2 },
  'expert choice, softmax over tokens': {
    file: 'expertChoice',
    spec: (k) => routers.expertChoice({ k, softmax: 'tokens' }),
    k: 2
  },
  'expert choice, in groups': {
    file: 'expertChoice',
    spec: (k) => routers.expertChoice({ k, group: 5 }),
    k: 2,
    byPlace: true
  },
  sinkhorn: { file: 'sinkhorn', spec: (k) => routers.sinkhorn({ k }), k: 2 },
  base: { file: 'base', spec: () => routers.base(), k: 1 },
  hash: { file: 'hash', spec: (k) => routers.hash({ k }), k: 2, state: (x) => ({ tokenIds: largest(x) }), pinned: ['ids'] }, // prettier-ignore
  fixed: {
    file: 'fixed',
    spec: (k, numExperts) =>
      routers.fixed({ table: [0, 1, 2].map((i) => Array.from({ length: k }, (_, j) => (i + j) % numExperts)) }),
    k: 2,
    seeded: false,
    state: (x) => ({ tokenIds: largest(x) }),
    pinned: ['ids']
  },
  soft: { file: 'soft', spec: () => routers.soft({ slots: 3 }), k: 2 },
  recurrent: {
    file: 'recurrent',
    spec: (k) => routers.recurrent({ k, dim: WIDTH }),
    k: 2,
    state: (x) => ({
      'recurrent/state': x.sin().pad([
        [0, 0],
        [0, WIDTH - x.shape[1]]
      ])
    }),
    pinned: ['state']
  },
  hyper: { file: 'hyper', spec: (k) => routers.hyper({ k }), k: 2 },
  mixture: { file: 'mixture', spec: (k) => routers.mixture({ k, sub: 3 }), k: 2, pinned: ['routers'] },
  'bi-level': {
    file: 'bilevel',
    spec: (k) => routers.bilevel({ nodes: k === 1 ? 1 : 2, k }),
    k: 2,
    pinned: ['experts']
  },
  'confidence gate': {
    file: 'confidence',
    spec: () => routers.confidence({ threshold: 0.6 }),
    k: 4,
    seeded: false
  },
  lookahead: { file: 'lookahead', spec: (k) => routers.lookahead({ k }), k: 2 },
  'progressive pool': {
    file: 'progressivePool',
    spec: (k) => routers.progressivePool({ k, from: k, steps: 4 }),
    k: 2,
    pinned: ['experts']
  },
  'task gate': {
    file: 'task',
    spec: (k) => routers.task({ k, tasks: WIDTH }),
    k: 2,
    state: (x) => ({ taskIds: largest(x) }),
    pinned: ['tasks']
  },
  'attention gate': {
    file: 'attention',
    spec: (k) => routers.attention({ k, contrastive: { maskRate: 0.5 } }),
    k: 2,
    state: (x) => ({ behaviours: tf.stack([x, x.mul(0.5).add(1), x.square().minimum(4)], 1) })
  },
  'test-time re-routing, kernel': {
    file: 'testTimeReroute',
    spec: (k, numExperts) =>
      routers.testTimeReroute({ router: routers.topK({ k }), references: references(numExperts), neighbours: 3 }),
    k: 2,
    pinned: ['references']
  },
  'test-time re-routing, mode finding': {
    file: 'testTimeReroute',
    spec: (k, numExperts) =>
      routers.testTimeReroute({
        router: routers.topK({ k }),
        ...{ references: references(numExperts), neighbours: 3, strategy: 'modeFinding' }
      }),
    k: 2,
    pinned: ['references']
  },
  'test-time re-routing, gradient': {
    file: 'testTimeReroute',
    spec: (k, numExperts) =>
      routers.testTimeReroute({
        router: routers.topK({ k }),
        ...{ references: references(numExperts), neighbours: 3, strategy: 'ngd' },
        loss: (_indices, weights) => weights.slice([0, 0], [-1, 1]).square().sum(1)
      }),
    k: 2,
    live: true,
    pinned: ['references']
  },
  'random partition': {
    file: 'randomPartition',
    spec: () => routers.randomPartition(),
    k: 1,
    seeded: false,
    byPlace: true
  },
  uncertainty: { file: 'uncertainty', spec: (k) => routers.uncertainty({ k, samples: 4 }), k: 2 },
  'unified, of top-k': { file: 'unified', spec: (k) => routers.unified({ router: routers.topK({ k }) }), k: 2 },
  // Once it learns: while it explores, as at first, it draws lots in training, and no gradient is meant to reach it.
  'path, learning': {
    file: '../adaptive/pathRouter',
    spec: (_k, numExperts) => learningPathRouter(Array.from({ length: numExperts }, (_, e) => Number(e > 1))),
    k: 1,
    exploring: true,
    pinned: ['experts']
  },
  'unified, of soft': { file: 'unified', spec: () => routers.unified({ router: routers.soft({ slots: 2 }) }), k: 2 }
};
