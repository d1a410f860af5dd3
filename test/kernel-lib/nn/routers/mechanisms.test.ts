import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;

const WIDTH = 6;
const EXPERTS = 8;
const shape = () => ({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
const tokens = (seed = 2, count = 20) => Random.fromSeed(seed).normal([count, WIDTH]) as tf.Tensor2D;

describe('recurrent', () => {
  const route = (spec: routers.RouterSpec, first: tf.Tensor2D, second: tf.Tensor2D) => {
    const router = spec.build(shape());
    const ctx = Context.create();
    const [, logits] = [first, second].map((x) => router.route(x, ctx).logits);
    const host = logits.arraySync();
    ctx.dispose();
    router.dispose();
    return host;
  };

  test('without the carried state it is local to its layer; with it, the layer before counts', () => {
    tf.tidy(() => {
      const [a, b, x] = [tokens(3), tokens(4), tokens(5)];
      const local = routers.recurrent({ k: 2, carry: false });
      expect(route(local, a, x)).toEqual(route(local, b, x));
      const carried = routers.recurrent({ k: 2 });
      expect(route(carried, a, x)).not.toEqual(route(carried, b, x));
    });
  });

  test('tokens do not see each other', () => {
    tf.tidy(() => {
      const [a, x] = [tokens(3), tokens(5)];
      const other = tf.concat([a.slice([0], [7]), tokens(9, 1), a.slice([8])]) as tf.Tensor2D;
      const [before, after] = [a, other].map((first) => route(routers.recurrent({ k: 2 }), first, x));
      after.forEach((row, t) => (t === 7 ? expect(row).not.toEqual(before[t]) : expect(row).toEqual(before[t])));
    });
  });
});

test('hyper: only the embedding is learnt', () => {
  const router = routers.hyper({ k: 2, embedDim: 5 }).build(shape());
  expect(router.countParameters()).toBe(5);
  expect([...router.buffers().keys()]).toEqual(['inner', 'outer']);
  router.dispose();
});

test('mixture: of one router is that router, of several the mean of their probabilities by trust', () => {
  const [one, many] = [1, 3].map((sub) => routers.mixture({ k: 2, sub }).build(shape()));
  tf.tidy(() => {
    const x = tokens();
    const soft = (name: string, router: routers.Router) =>
      tf.softmax(x.matMul<tf.Tensor2D>(router.parameters().get(name)?.variable as tf.Tensor));
    expectClose(one.route(x, Context.create()).probs, soft('sub0', one), 1e-6);
    const votes = tf.stack(
      ['sub0', 'sub1', 'sub2'].map((name) => soft(name, many)),
      2
    );
    const expected = votes.mul(soft('main', many).expandDims(1)).sum(2);
    expectClose(many.route(x, Context.create()).probs, expected, 1e-6);
  });
  [one, many].forEach((router) => router.dispose());
});

test.each([
  [0, [0, 1, 2, 3]],
  [1, [0, 0, 1, 2]],
  [2, [0, 0, 0, 1]],
  ['first' as const, [0, 0, 0, 0]]
])('lookahead: %d layers ahead, layer l is routed by the tokens of an earlier one', (lookahead, from) => {
  const router = routers.lookahead({ k: 2, ahead: lookahead }).build(shape());
  tf.tidy(() => {
    const received = [0, 1, 2, 3].map((layer) => tokens(20 + layer));
    const ctx = Context.create();
    const logits = received.map((x) => router.route(x, ctx).logits.arraySync());
    from.forEach((source, layer) => {
      const alone = Context.create();
      expect(logits[layer]).toEqual(router.route(received[source], alone).logits.arraySync());
      alone.dispose();
    });
    ctx.dispose();
  });
  router.dispose();
});

test('progressivePool: the pool grows as it says, and nothing outside it is chosen', () => {
  const router = routers.progressivePool({ k: 2, from: 2, to: 6, steps: 8 }).build(shape());
  for (let step = 0; step < 12; step++) {
    const ctx = Context.create({ training: true });
    const probs = tf.tidy(() => router.route(tokens(), ctx).probs.max(0).arraySync() as number[]);
    expect(probs.filter((p) => p > 0)).toHaveLength(2 + Math.floor(4 * Math.min(1, step / 8)));
    ctx.finish();
    ctx.dispose();
  }
  router.dispose();
});

test('task: without content, all tokens of a task go the same way', () => {
  const router = routers.task({ k: 2, tasks: 3, content: false }).build(shape());
  const ctx = Context.create();
  ctx.setState(moe.TASK_IDS, tf.tensor1d([0, 1, 2, 0, 1], 'int32'));
  const rows = tf.tidy(() => router.route(tokens(2, 5), ctx).logits.arraySync());
  // A product of a row may differ in its last digit by where the row stands.
  expectClose(rows[3], rows[0], 1e-6);
  expectClose(rows[4], rows[1], 1e-6);
  expect(Math.abs(rows[1][0] - rows[0][0])).toBeGreaterThan(1e-3);
  ctx.dispose();
  router.dispose();
});

test.each(['variance', 'entropy'] as const)(
  'confidence: %s makes a confidence that is 0 at uniform and grows',
  (dispersion) => {
    const router = routers.confidence({ dispersion, threshold: 0.5 }).build({ ...shape(), numExperts: 2 });
    tf.tidy(() => {
      const x = tf
        .linspace(0, 8, 9)
        .expandDims(1)
        .mul(tf.tensor2d([[1, 0, 0]])) as tf.Tensor2D;
      const routing = router.route(x, Context.create());
      const confidence = routing.probs.arraySync().map(([cheap]) => cheap);
      expect(confidence[0]).toBeCloseTo(0, 6);
      confidence.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(confidence[i]));
      const costly = routers
        .denseWeights(routing)
        .arraySync()
        .map(([, weight]) => weight > 0);
      expect(costly).toEqual(confidence.map((value) => value < 0.5));
      expect(new Set(costly).size).toBe(2);
    });
    router.dispose();
  }
);

describe('schedule', () => {
  const shapes = ['uniform', 'descending', 'ascending', 'pyramid', 'valley', 'wave'] as const;

  test.each([
    [6, 18, 5],
    [8, 13, 4],
    [1, 3, 4],
    [5, 5, 4],
    [5, 20, 4],
    [7, 23, 8]
  ])('%i layers share %i, at most %i each, whatever the shape', (layers, total, kMax) => {
    for (const shape of shapes) {
      const ks = moe.schedule({ shape, layers, total, kMax });
      expect(ks).toHaveLength(layers);
      expect(ks.reduce((a, b) => a + b)).toBe(total);
      expect(ks.every((k) => Number.isInteger(k) && k >= 1 && k <= kMax)).toBe(true);
    }
  });

  test('each has its shape', () => {
    const of = (shape: moe.ScheduleShape) => moe.schedule({ shape, layers: 5, total: 15, kMax: 5 });
    expect(of('uniform')).toEqual([3, 3, 3, 3, 3]);
    expect(of('descending')).toEqual([5, 4, 3, 2, 1]);
    expect(of('ascending')).toEqual([1, 2, 3, 4, 5]);
    expect(of('pyramid')).toEqual([...of('pyramid')].reverse());
    expect(of('pyramid')[2]).toBeGreaterThan(of('pyramid')[0]);
    expect(of('valley')[2]).toBeLessThan(of('valley')[0]);
    expect(of('wave')).not.toEqual(of('uniform'));
  });

  test('refusals', () => {
    const bad = () => moe.schedule({ shape: 'uniform', layers: 4, total: 3, kMax: 2 });
    expect(bad).toThrow('moe.schedule: total must be an integer 4..8, got 3');
  });
});
