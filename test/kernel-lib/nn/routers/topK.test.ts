import { core, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, finiteDifferences } from '../../../support/numeric';

const { Context, Random } = core;

const WIDTH = 6;
const EXPERTS = 4;

function build(spec: routers.RouterSpec): routers.Router {
  return spec.build({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
}

function tokens(numTokens = 64): tf.Tensor2D {
  return Random.fromSeed(2).normal([numTokens, WIDTH]) as tf.Tensor2D;
}

function logits(router: routers.Router, x: tf.Tensor2D, training: boolean, seed = 0): tf.Tensor2D {
  return router.route(x, Context.create({ training, random: Random.fromSeed(seed) })).logits;
}

describe('options', () => {
  test.each([
    [() => routers.topK({ k: 0 }), 'topK: k must be an integer of at least 1, got 0'],
    [() => routers.topK({ k: 2, scores: 'max' as 'softmax' }), 'topK: scores must be one of softmax, sigmoid, got max'],
    [() => routers.topK({ k: 2, jitter: -0.1 }), 'topK: jitter must be a number 0..1, got -0.1'],
    [() => routers.topK({ k: 2, noise: 'some' as 'none' }), 'topK: noise must be one of none, learned, got some'],
    [
      () => routers.topK({ k: 2, balance: { loss: { convention: 'gs' as 'hf', coefficient: 1 } } }),
      'topK: balance.loss.convention must be one of switch, gshard, hf, perLayer, got gs'
    ],
    [() => routers.topK({ k: 2, balance: { zLoss: NaN } }), 'topK: balance.zLoss must be a number of at least 0']
  ])('%#', (make, message) => {
    expect(make).toThrow(message);
  });

  test('presets are top-k with options', () => {
    expect(routers.switchTop1()).toMatchObject({ kind: 'top-k', options: { k: 1, renormalize: false, jitter: 0.01 } });
    expect(routers.noisyTopK({ k: 2 })).toMatchObject({ kind: 'top-k', options: { k: 2, noise: 'learned' } });
    expect(routers.topK({ k: 2 }).options).toMatchObject({
      balance: { loss: { convention: 'switch', coefficient: 0.01 } }
    });
  });
});

describe('noise', () => {
  test('jitter multiplies tokens by 1 - jitter..1 + jitter while training', () => {
    const router = build(routers.topK({ k: 1, jitter: 0.25 }));
    tf.tidy(() => {
      const weight = router.parameters().get('weight');
      // With the identity as projection, logits are the jittered tokens themselves.
      weight?.assign(tf.eye(WIDTH, WIDTH).slice([0, 0], [WIDTH, EXPERTS]));
      const x = tf.ones([2000, WIDTH]) as tf.Tensor2D;
      const jittered = logits(router, x, true);
      expect(jittered.min().dataSync()[0]).toBeGreaterThanOrEqual(0.75);
      expect(jittered.max().dataSync()[0]).toBeLessThanOrEqual(1.25);
      const { mean, variance } = tf.moments(jittered);
      expect(mean.dataSync()[0]).toBeCloseTo(1, 2);
      expect(variance.dataSync()[0]).toBeCloseTo(0.5 ** 2 / 12, 3);
      expectClose(logits(router, x, false), tf.ones([2000, EXPERTS]), 1e-6);
    });
    router.dispose();
  });

  test('learned noise has deviation softplus(x W) + 0.01 while training, and none otherwise', () => {
    const router = build(routers.noisyTopK({ k: 2 }));
    tf.tidy(() => {
      const noiseWeight = Random.fromSeed(4).normal([WIDTH, EXPERTS]);
      router.parameters().get('noiseWeight')?.assign(noiseWeight);
      const x = tf.ones([20_000, WIDTH]) as tf.Tensor2D;
      const clean = logits(router, x, false);
      const noise = logits(router, x, true).sub(clean);
      const { mean, variance } = tf.moments(noise, 0);
      const deviation = tf.softplus(noiseWeight.sum(0)).add(0.01);
      expectClose(mean, [0, 0, 0, 0], 0.05);
      expectClose(variance.sqrt().div(deviation), [1, 1, 1, 1], 0.03);
    });
    router.dispose();
  });
});

describe('balance', () => {
  const training = (seed = 0) => Context.create({ training: true, random: Random.fromSeed(seed) });

  test('losses go to the pass while training, times their coefficient', () => {
    const router = build(
      routers.topK({ k: 2, balance: { loss: { convention: 'switch', coefficient: 0.5 }, zLoss: 0.25 } })
    );
    const x = tokens();
    const [ctx, evaluation] = [training(), Context.create()];
    tf.tidy(() => {
      const { probs, indices, logits } = router.route(x, ctx.within('router')) as routers.SparseRouting;
      expect([...ctx.losses.keys()]).toEqual(['router/switch', 'router/zLoss']);
      expectClose(ctx.losses.get('router/switch') as tf.Scalar, routers.switchLoss(probs, indices).mul(0.5), 1e-6);
      expectClose(ctx.losses.get('router/zLoss') as tf.Scalar, routers.routerZLoss(logits).mul(0.25), 1e-6);
      router.route(x, evaluation);
      expect(evaluation.losses.size).toBe(0);
    });
    tf.dispose(x);
    ctx.dispose();
    router.dispose();
  });

  test.each(['hf', 'perLayer'] as const)(
    '%s over three layers is the loss of the pass, and so is its gradient',
    (convention) => {
      const balance = { loss: { convention, coefficient: 1 } };
      const layers = [1, 2, 3].map((seed) =>
        routers.topK({ k: 2, balance }).build({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(seed) })
      );
      const x = tokens();
      const variables = layers.flatMap((router) => [...router.parameters().values()].map(({ variable }) => variable));
      const summed = tf.variableGrads(() => {
        const ctx = training();
        layers.forEach((router, i) => router.route(x, ctx.within(String(i))));
        return tf.addN([...ctx.losses.values()]) as tf.Scalar;
      }, variables);
      const direct = tf.variableGrads(() => {
        const routed = layers.map((router) => router.route(x, Context.create()) as routers.SparseRouting);
        return convention === 'hf' ? routers.hfLoss(routed) : routers.perLayerLoss(routed);
      }, variables);
      expectClose(summed.value, direct.value, 1e-6);
      for (const { name } of variables) {
        expectClose(summed.grads[name], direct.grads[name], 1e-6);
      }
      layers.forEach((router) => router.dispose());
      x.dispose();
    }
  );

  test('the loss reaches the projection as finite differences say', () => {
    const router = build(
      routers.topK({ k: EXPERTS, balance: { loss: { convention: 'hf', coefficient: 1 }, zLoss: 1 } })
    );
    const x = tokens(5);
    const variable = router.parameters().get('weight')?.variable as tf.Variable;
    const initial = variable.clone();
    const loss = () =>
      tf.tidy(() => {
        const ctx = training();
        router.route(x, ctx);
        return tf.addN([...ctx.losses.values()]) as tf.Scalar;
      });
    const { grads } = tf.variableGrads(loss, [variable]);
    expectClose(
      grads[variable.name],
      finiteDifferences((w) => (variable.assign(w), loss()), initial),
      1e-3
    );
    router.dispose();
  });

  test('the selection bias moves by its rate against the load, after the pass and while training only', () => {
    const router = build(routers.topK({ k: 1, balance: { bias: { rate: 0.1 } } }));
    const bias = router.buffers().get('selectionBias')!.variable;
    // Logits are the first four columns of the tokens: three tokens choose expert 0, one expert 1.
    tf.tidy(() =>
      router
        .parameters()
        .get('weight')
        ?.assign(tf.eye(WIDTH, WIDTH).slice([0, 0], [WIDTH, EXPERTS]))
    );
    const x = tf.tidy(() => tf.oneHot(tf.tensor1d([0, 0, 0, 1], 'int32'), WIDTH).toFloat() as tf.Tensor2D);
    const ctx = training();
    tf.tidy(() => void router.route(x, ctx));
    expectClose(bias, [0, 0, 0, 0], 0);
    ctx.finish();
    ctx.dispose();
    // Mean load is 1: expert 0 has more, 1 has its share, 2 and 3 have less.
    expectClose(bias, [-0.1, 0, 0.1, 0.1], 1e-6);
    const evaluation = Context.create();
    tf.tidy(() => void router.route(x, evaluation));
    evaluation.finish();
    expectClose(bias, [-0.1, 0, 0.1, 0.1], 1e-6);
    x.dispose();
    router.dispose();
  });

  test('the selection bias evens out the load of a skewed router', () => {
    const router = build(routers.topK({ k: 1, balance: { bias: { rate: 0.02 } } }));
    const x = tf.tidy(() => tokens(256).add(1) as tf.Tensor2D);
    const largestShare = () =>
      tf.tidy(() => {
        const { indices } = router.route(x, Context.create()) as routers.SparseRouting;
        return tf.oneHot(indices.flatten().toInt(), EXPERTS).mean(0).max().dataSync()[0];
      });
    tf.tidy(() =>
      router
        .parameters()
        .get('weight')
        ?.assign(Random.fromSeed(3).normal([WIDTH, EXPERTS], 0, 0.3))
    );
    const before = largestShare();
    for (let step = 0; step < 100; step++) {
      const ctx = training();
      tf.tidy(() => void router.route(x, ctx));
      ctx.finish();
      ctx.dispose();
    }
    expect(before).toBeGreaterThan(0.4);
    expect(largestShare()).toBeLessThan(0.32);
    x.dispose();
    router.dispose();
  });
});
