import { core, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Context, Random } = core;

const WIDTH = 4;

function build(spec: routers.RouterSpec, numExperts = 3, seed = 1): routers.Router {
  return spec.build({ width: WIDTH, numExperts, random: Random.fromSeed(seed) });
}

const tokens = (count: number, seed = 2) => Random.fromSeed(seed).normal([count, WIDTH]) as tf.Tensor2D;

/** The routing of one pass, brought to the host. */
function routed(router: routers.Router, x: tf.Tensor2D, state: Record<string, tf.Tensor>, training = false) {
  const ctx = Context.create({ training });
  Object.entries(state).forEach(([name, value]) => ctx.setState(core.stateKey(name), value));
  const out = tf.tidy(() => {
    const { indices, weights, logits } = router.route(x, ctx) as routers.SparseRouting;
    return { indices: indices.arraySync(), weights: weights.arraySync(), logits: logits.arraySync() };
  });
  ctx.dispose();
  return out;
}

describe('base', () => {
  // The best sum of logits with at most `capacity` tokens an expert, by trying everything.
  function bestSum(logits: number[][], capacity: number, token = 0, load = [0, 0, 0]): number {
    if (token === logits.length) {
      return 0;
    }
    const tries = load.flatMap((count, expert) => {
      if (count === capacity) {
        return [];
      }
      const next = load.map((n, e) => (e === expert ? n + 1 : n));
      return [logits[token][expert] + bestSum(logits, capacity, token + 1, next)];
    });
    return Math.max(...tries);
  }

  test.each([3, 6, 7, 8])('%i tokens: the assignment is the best of all balanced ones', (numTokens) => {
    for (let seed = 0; seed < 4; seed++) {
      const router = build(routers.base(), 3, seed);
      // A direction that all share, so that most want the same expert.
      const x = tf.tidy(() => tokens(numTokens, 10 + seed).add<tf.Tensor2D>(2));
      const { indices, logits } = routed(router, x, {}, true);
      const load = [0, 1, 2].map((expert) => indices.filter(([e]) => e === expert).length);
      const capacity = Math.ceil(numTokens / 3);
      expect(Math.max(...load)).toBeLessThanOrEqual(capacity);
      const sum = indices.reduce((total, [expert], t) => total + logits[t][expert], 0);
      expect(sum).toBeCloseTo(bestSum(logits, capacity), 5);
      x.dispose();
      router.dispose();
    }
  });

  test('outside training a token goes where its logit is highest', () => {
    const router = build(routers.base());
    const x = tokens(9);
    const { indices, logits } = routed(router, x, {});
    indices.forEach(([expert], t) => expect(logits[t][expert]).toBe(Math.max(...logits[t])));
    x.dispose();
    router.dispose();
  });
});

describe('hash and fixed', () => {
  test('the same id goes the same way, whatever the token', () => {
    const router = build(routers.hash({ k: 2, buckets: 5 }));
    const x = tokens(6);
    const ids = tf.tensor1d([3, 1, 3, 8, 0, 5], 'int32');
    const { indices } = routed(router, x, { tokenIds: ids });
    expect(indices[2]).toEqual(indices[0]);
    // Ids are taken modulo the buckets.
    expect(indices[3]).toEqual(indices[0]);
    expect(indices[5]).toEqual(indices[4]);
    x.dispose();
    router.dispose();
  });

  test('a hash spreads ids evenly', () => {
    const router = build(routers.hash({ buckets: 3000 }));
    const x = tokens(3000);
    const { indices } = routed(router, x, { tokenIds: tf.range(0, 3000, 1, 'int32') });
    const load = [0, 1, 2].map((expert) => indices.filter(([e]) => e === expert).length);
    load.forEach((count) => expect(Math.abs(count / 1000 - 1)).toBeLessThan(0.1));
    x.dispose();
    router.dispose();
  });

  test('a fixed table is what it says', () => {
    const table = [
      [0, 1],
      [2, 0]
    ];
    const router = build(routers.fixed({ table, by: 'taskIds' }));
    const x = tokens(3);
    const { indices, weights } = routed(router, x, { taskIds: tf.tensor1d([1, 0, 3], 'int32') });
    expect(indices).toEqual([table[1], table[0], table[1]]);
    expect(weights.flat()).toEqual(new Array(6).fill(0.5));
    x.dispose();
    router.dispose();
  });

  test('refusals', () => {
    expect(() => routers.fixed({ table: [[0], [1, 2]] })).toThrow('fixed: table must have rows of one length');
    expect(() => build(routers.fixed({ table: [[3]] }))).toThrow('fixed: table must name experts 0..2, got [3]');
    expect(() => build(routers.fixed({ table: [[1, 1]] }))).toThrow('fixed: the experts of a row must differ');
    expect(() => build(routers.hash({ k: 4 }))).toThrow('hash: k must be 1..numExperts (3), got 4');
    const router = build(routers.hash());
    const x = tokens(2);
    expect(() => routed(router, x, {})).toThrow('hash: the pass must have the state "tokenIds"');
    expect(() => routed(router, x, { tokenIds: tf.zeros([3], 'int32') })).toThrow('a row for each of 2 tokens');
    x.dispose();
    router.dispose();
  });

  test('a transformer hands its token ids on', () => {
    expectNoLeak(() => {
      const options = { layers: 1, width: 8, contextLength: 4, experts: 3, router: routers.hash() };
      const model = models.moeTransformer(options);
      const records: core.RoutingRecord[] = [];
      const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
      tf.tidy(() => void model.apply(tf.tensor2d([[7, 9, 7, 9]], [1, 4], 'int32'), ctx));
      ctx.dispose();
      model.dispose();
      const [a, b, c, d] = records[0].indices;
      expect([c, d]).toEqual([a, b]);
    });
  });
});

describe('soft', () => {
  test('the layer computes combine * experts(dispatch^T x)', () => {
    const layer = moe.layer({
      ...{ router: routers.soft({ slots: 2 }), experts: 3, width: WIDTH, hidden: 5 },
      random: Random.fromSeed(3)
    });
    tf.tidy(() => {
      const x = tokens(7);
      const { dispatch, combine } = layer.router.route(x, Context.create()) as routers.SlotRouting;
      expectClose(dispatch.sum(0), new Float32Array(6).fill(1), 1e-6);
      expectClose(combine.sum([1, 2]), new Float32Array(7).fill(1), 1e-6);
      const part = (name: string, expert: number) =>
        layer.parameters().get(`experts.${name}`)?.variable.slice([expert], [1]).squeeze([0]) as tf.Tensor2D;
      const of = (weights: tf.Tensor3D, expert: number) =>
        weights.slice([0, expert, 0], [-1, 1, -1]).squeeze<tf.Tensor2D>([1]);
      const expected = [0, 1, 2].map((expert) => {
        const inner = of(dispatch, expert).matMul<tf.Tensor2D>(x, true).matMul(part('w1', expert));
        const gelu = inner.mul(inner.div(Math.SQRT2).erf().add(1).div(2)) as tf.Tensor2D;
        return of(combine, expert).matMul(gelu.matMul<tf.Tensor2D>(part('w2', expert)));
      });
      expectClose(layer.apply(x, Context.create()), tf.addN(expected), 1e-5);
    });
    layer.dispose();
  });

  test('an observer sees the weight of each expert as its load', () => {
    const layer = moe.layer({
      ...{ router: routers.soft({ slots: 2 }), experts: 3, width: WIDTH, hidden: 5 },
      random: Random.fromSeed(3)
    });
    const records: core.RoutingRecord[] = [];
    tf.tidy(() => {
      const x = tokens(7);
      layer.apply(x, Context.create({ observers: [core.observer('routing', (record) => records.push(record))] }));
      const weights = routers.denseWeights(layer.router.route(x, Context.create())).arraySync();
      const [{ indices, weights: seen, k, dropped }] = records;
      expect([k, dropped]).toEqual([3, null]);
      indices.forEach((expert, choice) => expect(seen[choice]).toBeCloseTo(weights[Math.floor(choice / 3)][expert], 6));
    });
    layer.dispose();
  });
});

test.each([
  ['topK', routers.topK({ k: 2 }), 2, 2],
  ['relu', routers.relu({ k: 2 }), 8, 2],
  ['expertChoice', routers.expertChoice({ k: 1.5 }), 8, 1.5],
  ['topP', routers.topP({ p: 0.3 }), 8, 3],
  ['topP, kMax', routers.topP({ p: 0.3, kMax: 2 }), 2, 2],
  ['soft', routers.soft({ slots: 4, tokens: 16 }), 8, 2],
  ['unified', routers.unified({ router: routers.relu({ k: 2 }) }), 8, 2]
])('%s: the most choices, and the mean', (_name, spec, k, meanK) => {
  const router = build(spec, 8);
  expect([router.k, router.meanK]).toEqual([k, meanK]);
  router.dispose();
});

test('the cost of a model goes by the mean number of choices', () => {
  const flops = (router: routers.RouterSpec) => {
    const model = models.moeTransformer({ layers: 1, width: 16, contextLength: 8, experts: 8, router, hidden: 4 });
    const out = models.activeFlops(model);
    model.dispose();
    return out;
  };
  expect(flops(routers.relu({ k: 2 }))).toBe(flops(routers.topK({ k: 2 })));
  expect(flops(routers.relu({ k: 3 }))).toBeGreaterThan(flops(routers.topK({ k: 2 })));
});
