/** @file Routers that give tokens different numbers of experts, and those that balance by assignment. */
import { core, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;

const EXPERTS = 4;

/** A router whose logits are its tokens: the projection is the identity. */
function identity(spec: routers.RouterSpec): routers.Router {
  const router = spec.build({ width: EXPERTS, numExperts: EXPERTS, random: Random.fromSeed(1) });
  tf.tidy(() => router.parameters().get('weight')?.assign(tf.eye(EXPERTS)));
  return router;
}

function route(router: routers.Router, x: tf.Tensor, ctx = Context.create()) {
  const { indices, weights, probs } = router.route(x as tf.Tensor2D, ctx) as routers.SparseRouting;
  return { indices: indices.arraySync(), weights, probs };
}

const training = () => Context.create({ training: true });

describe('topP', () => {
  test('takes experts until their probabilities reach p', () => {
    tf.tidy(() => {
      const probs = [
        [0.7, 0.15, 0.1, 0.05],
        [0.1, 0.4, 0.3, 0.2],
        [0.05, 0.05, 0.05, 0.85]
      ];
      const x = tf.tensor2d(probs).log();
      const all = route(identity(routers.topP({ p: 0.75 })), x);
      expect(all.indices).toEqual([
        [0, 1, -1, -1],
        [1, 2, 3, -1],
        [3, -1, -1, -1]
      ]);
      expectClose(all.weights, [0.7, 0.15, 0, 0, 0.4, 0.3, 0.2, 0, 0.85, 0, 0, 0], 1e-6);
      expect(route(identity(routers.topP({ p: 0.75, kMax: 2 })), x).indices[1]).toEqual([1, 2]);
    });
  });

  test('the entropy of the probabilities is a loss while training', () => {
    const router = identity(routers.topP({ p: 0.5, entropyLoss: 2, balance: {} }));
    const ctx = training();
    tf.tidy(() => {
      const probs = [0.7, 0.15, 0.1, 0.05];
      route(router, tf.tensor2d([probs]).log(), ctx);
      const entropy = probs.reduce((sum, p) => sum - p * Math.log(p), 0);
      expectClose(ctx.losses.get('/entropy') as tf.Scalar, [2 * entropy], 1e-5);
    });
    ctx.dispose();
    router.dispose();
  });

  test('options', () => {
    expect(() => routers.topP({ p: 0 })).toThrow('topP: p must be a number above 0 and at most 1, got 0');
    expect(() => identity(routers.topP({ p: 0.5, kMax: 5 }))).toThrow('topP: kMax must be 1..numExperts (4), got 5');
  });
});

describe('relu', () => {
  test('weights are the positive logits, best first; a token may have none', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([
        [0.5, -1, 2, 0],
        [-1, -2, -3, -4]
      ]);
      const { indices, weights, probs } = route(identity(routers.relu({ k: 2 })), x);
      expect(indices).toEqual([
        [2, 0, -1, -1],
        [-1, -1, -1, -1]
      ]);
      expectClose(weights, [2, 0.5, 0, 0, 0, 0, 0, 0], 1e-6);
      expectClose(probs, [0.2, 0, 0.8, 0, 0.25, 0.25, 0.25, 0.25], 1e-6);
    });
  });

  test('the loss weighs each expert by its load over the fair share', () => {
    const x = tf.tensor2d([
      [1, 2, -1, -1],
      [3, -1, -1, -1]
    ]);
    const l1 = (balance: boolean) => {
      const router = identity(routers.relu({ k: 2, l1: 0.5, balance }));
      const ctx = training();
      const loss = tf.tidy(() => (route(router, x, ctx), ctx.losses.get('/l1')?.dataSync()[0]));
      ctx.dispose();
      router.dispose();
      return loss;
    };
    // Mean weights are 2 and 1; loads 2 and 1, where 2 * 2 / 4 = 1 is fair.
    expect(l1(false)).toBeCloseTo(0.5 * (2 + 1), 6);
    expect(l1(true)).toBeCloseTo(0.5 * (2 * 2 + 1 * 1), 6);
    x.dispose();
  });

  test('the coefficient follows the sparsity of all layers of a pass together', () => {
    const layers = [0, 1].map(() => identity(routers.relu({ k: 2, l1: 1, growth: 1.5 })));
    const run = (...passes: number[][][]) => {
      const ctx = training();
      tf.tidy(() => passes.forEach((x, i) => route(layers[i], tf.tensor2d(x), ctx.within(String(i)))));
      ctx.finish();
      ctx.dispose();
      return layers.map((layer) => layer.buffers().get('l1')?.variable.dataSync()[0]);
    };
    // 4 and 1 of 4 experts: 2.5 on average, more than 2.
    expect(run([[1, 1, 1, 1]], [[1, -1, -1, -1]])).toEqual([1.5, 1.5]);
    // 2 and 1: fewer.
    expect(run([[1, 1, -1, -1]], [[1, -1, -1, -1]])).toEqual([1, 1]);
    // 2 and 2: as wanted.
    expect(run([[1, 1, -1, -1]], [[1, -1, -1, 1]])).toEqual([1, 1]);
    layers.forEach((layer) => layer.dispose());
  });

  test('normalised, the root mean square of the weights of a token is 1', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([
        [3, -1, 4, 0],
        [-1, -2, -3, -4]
      ]);
      const { weights } = route(identity(routers.relu({ k: 2, norm: 'rms' })), x);
      expectClose(weights, [1.6, 1.2, 0, 0, 0, 0, 0, 0], 1e-5);
    });
  });

  test('the chunk losses are those of their formulas, also where a chunk is not full', () => {
    tf.tidy(() => {
      const probs = tf.tensor2d([
        [0.5, 0.5],
        [0.2, 0.8],
        [1, 0]
      ]);
      // Unused by two tokens: 0.5 * 0.8 and 0.5 * 0.2; by the third: 0 and 1.
      expectClose(routers.chunkSparsityLoss(probs, 2), [1 - (0.4 + 0.1 + 0 + 1) / 4], 1e-4);
      const logits = tf.tensor2d([
        [1, -1],
        [0, -1],
        [1, 1]
      ]);
      // 100 against sigmoid(0) = 1/2 costs 50, all else nothing; the third token is of the next chunk.
      expectClose(routers.activationLocalityLoss(logits, 2), [50 / 2], 1e-4);
      expectClose(routers.activationLocalityLoss(logits.slice(0, 1), 2), [0], 0);
    });
  });

  test('options', () => {
    expect(() => routers.relu({ k: 1, chunk: { size: 0 } })).toThrow('relu: chunk.size must be an integer');
    expect(() => routers.relu({ k: 0 })).toThrow('relu: k must be a number above 0, got 0');
    expect(() => routers.relu({ k: 1, growth: 0.5 })).toThrow('relu: growth must be a number of at least 1, got 0.5');
    expect(() => identity(routers.relu({ k: 4.5 }))).toThrow('relu: k must be at most numExperts (4), got 4.5');
  });
});

describe('expertChoice', () => {
  test('every expert takes its best tokens, ceil(k T / E) of them', () => {
    tf.tidy(() => {
      const probs = [
        [0.7, 0.1, 0.1, 0.1],
        [0.6, 0.2, 0.15, 0.05],
        [0.1, 0.15, 0.35, 0.4],
        [0.2, 0.4, 0.1, 0.3]
      ];
      const { indices, weights } = route(identity(routers.expertChoice({ k: 1.5 })), tf.tensor2d(probs).log());
      // 0 takes tokens 0 and 1; 1 takes 3 and 1; 2 takes 2 and 1; 3 takes 2 and 3.
      expect(indices).toEqual([
        [0, -1, -1, -1],
        [0, 1, 2, -1],
        [3, 2, -1, -1],
        [1, 3, -1, -1]
      ]);
      expectClose(weights, [0.7, 0, 0, 0, 0.6, 0.2, 0.15, 0, 0.4, 0.35, 0, 0, 0.4, 0.3, 0, 0], 1e-6);
    });
  });

  test('load is even whatever the scores', () => {
    tf.tidy(() => {
      const x = Random.fromSeed(2).normal([30, EXPERTS]).add([3, 0, 0, -3]);
      const { indices } = route(identity(routers.expertChoice({ k: 2 })), x);
      const load = [0, 1, 2, 3].map((expert) => indices.flat().filter((each) => each === expert).length);
      expect(load).toEqual([15, 15, 15, 15]);
    });
  });
});

describe('threshold', () => {
  const x = () => tf.tensor2d([[4, 0, 0, 1], [3, 1, 0, 0], [2, 2, 0, 0], [1, 3, 0, 0], [0, 4, 0, 0], [0, 0, 2, 2], [0, 0, 1, 3], [0, 0, 3, 4]]); // prettier-ignore

  test('a first pass takes what each expert takes for its best 2 of 8; the threshold stays, and follows slowly', () => {
    const router = identity(routers.threshold({ k: 1, decay: 0.5 }));
    const thresholds = () => Array.from(router.buffers().get('thresholds')!.variable.dataSync());
    const score = (logit: number) => 1 / (1 + Math.exp(-logit));
    tf.tidy(() => {
      const ctx = training();
      const { indices, weights } = route(router, x(), ctx);
      expect(indices.map((row) => row.filter((e) => e >= 0))).toEqual([[0], [0], [], [1], [1], [2], [3], [3, 2]]);
      expectClose((weights.arraySync() as number[][])[7].slice(0, 2), [score(4), score(3)], 1e-6);
      expect(thresholds()).toEqual([0, 0, 0, 0]);
      ctx.finish();
      ctx.dispose();
      expectClose(thresholds(), [3, 3, 2, 3].map(score), 1e-6);
      const again = training();
      route(router, x().sub(1), again);
      again.finish();
      again.dispose();
      expectClose(
        thresholds(),
        [3, 3, 2, 3].map((logit) => (score(logit) + score(logit - 1)) / 2),
        1e-6
      );
    });
    router.dispose();
  });

  test('trained, a token is routed alone as it is among others: none waits for another', () => {
    const router = identity(routers.threshold({ k: 1 }));
    tf.tidy(() => {
      const ctx = training();
      route(router, x(), ctx);
      ctx.finish();
      ctx.dispose();
      const among = route(router, x()).indices;
      const alone = tf.split(x(), 8).flatMap((token) => route(router, token).indices);
      expect(alone).toEqual(among);
      expect(among[2].every((expert) => expert === -1)).toBe(true);
    });
    router.dispose();
  });
});

describe('sinkhorn', () => {
  const skewed = () => Random.fromSeed(2).normal([200, EXPERTS]).add([1, 0, 0, -1]);
  const largestLoad = (indices: number[][]) =>
    Math.max(...[0, 1, 2, 3].map((expert) => indices.flat().filter((each) => each === expert).length));

  test('evens out the load while training, and takes the best logits otherwise', () => {
    tf.tidy(() => {
      const router = identity(routers.sinkhorn());
      const x = skewed();
      expect(largestLoad(route(router, x).indices)).toBeGreaterThan(90);
      expect(largestLoad(route(router, x, training()).indices)).toBeLessThan(65);
      expect(route(router, x).indices.flat()).toEqual(Array.from(x.argMax(1).dataSync()));
    });
  });

  test('weights are the sigmoid of the logit for one expert, the softmax for more', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[2, 1, 0, -1]]);
      expectClose(route(identity(routers.sinkhorn()), x).weights, [1 / (1 + Math.exp(-2))], 1e-6);
      const softmax = tf.softmax(x).dataSync();
      expectClose(route(identity(routers.sinkhorn({ k: 2 })), x).weights, softmax.slice(0, 2), 1e-6);
    });
  });
});
