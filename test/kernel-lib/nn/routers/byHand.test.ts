/** @file What routers compute, worked out again on the host. */
import { core, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const squares = (a: readonly number[], b: readonly number[]) => sum(a.map((x, i) => (x - b[i]) ** 2));
const normalised = (row: readonly number[]) => row.map((x) => x / sum(row));

describe('testTimeReroute', () => {
  const tokens = [[0, 0], [1, 0], [0, 3]]; // prettier-ignore
  const weights = [[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]; // prettier-ignore
  const x = [0.25, 0.5];

  /** Softmax of -d^2 / (2 bandwidth^2) over the two that are nearest. */
  function nearness(point: readonly number[], all: readonly (readonly number[])[], bandwidth: number): number[] {
    const away = all.map((each) => squares(point, each));
    const nearest = away.map((_, i) => i).sort((a, b) => away[a] - away[b]).slice(0, 2); // prettier-ignore
    return normalised(away.map((d, i) => (nearest.includes(i) ? Math.exp(-d / (2 * bandwidth ** 2)) : 0)));
  }

  const mean = (shares: readonly number[]) => [0, 1].map((e) => sum(shares.map((share, i) => share * weights[i][e])));

  function rerouted(options: Partial<routers.TestTimeRerouteOptions>, training = false) {
    const spec = routers.testTimeReroute({
      ...{ router: routers.topK({ k: 2 }), references: { tokens, weights }, neighbours: 2, rate: 0.5, bandwidth: 0.7 },
      ...options
    });
    const router = spec.build({ width: 2, numExperts: 2, random: Random.fromSeed(1) });
    return tf.tidy(() => {
      router.parameters().get('router.weight')!.assign(tf.tensor2d([[1, 0], [0, 2]])); // prettier-ignore
      const ctx = Context.create({ training });
      const routing = router.route(tf.tensor2d([x]), ctx);
      const dense = [...routers.denseWeights(routing).dataSync()];
      ctx.dispose();
      router.dispose();
      return dense;
    });
  }

  // Logits 0.25 and 1.
  const start = normalised([Math.exp(0.25), Math.exp(1)]);
  const follow = (steps: number, change: (w: number[]) => number[]) => {
    let w = start;
    for (let step = 0; step < steps; step++) {
      const by = change(w);
      w = normalised(w.map((value, e) => Math.max(0, value + 0.5 * by[e])));
    }
    return w;
  };

  test('by the kernel: half the way to the mean weights of the nearest tokens, each step', () => {
    const target = mean(nearness(x, tokens, 0.7));
    const expected = follow(3, (w) => target.map((value, e) => value - w[e]));
    expectClose(rerouted({ steps: 3 }), expected, 1e-5);
    expectClose(rerouted({ steps: 0 }), start, 1e-6);
    expectClose(rerouted({ steps: 3 }, true), start, 1e-6);
  });

  test('by finding modes: the nearest weights are found anew each step', () => {
    const expected = follow(4, (w) => mean(nearness(w, weights, 0.7)).map((value, e) => value - w[e]));
    expectClose(rerouted({ steps: 4, strategy: 'modeFinding' }), expected, 1e-5);
  });

  test('down the gradient of the neighbours’ loss, by their nearness', () => {
    // The loss of reference m is the squared distance of the weights from (m, 1).
    const loss = (indices: tf.Tensor1D, w: tf.Tensor2D) =>
      w
        .sub(tf.stack([indices.toFloat(), tf.onesLike(indices).toFloat()], 1))
        .square()
        .sum<tf.Tensor1D>(1);
    const shares = nearness(x, tokens, 0.7);
    const expected = follow(2, (w) =>
      [0, 1].map((e) => -2 * sum(shares.map((share, m) => share * (w[e] - (e === 0 ? m : 1)))))
    );
    expectClose(rerouted({ steps: 2, strategy: 'ngd', loss }), expected, 1e-5);
  });

  test('its operations are distances and means, in each step where both change', () => {
    const flops = (options: Partial<routers.TestTimeRerouteOptions>) => {
      const spec = routers.testTimeReroute({ router: routers.topK({ k: 2 }), references: { tokens, weights }, neighbours: 2, steps: 4, ...options }); // prettier-ignore
      const router = spec.build({ width: 2, numExperts: 2, random: Random.fromSeed(1) });
      const own = router.ownFlops({ length: 1 });
      router.dispose();
      return own;
    };
    const loss = (_: tf.Tensor1D, w: tf.Tensor2D) => w.sum<tf.Tensor1D>(1);
    // 3 references, D 2, E 2.
    expect(flops({})).toBe(2 * 3 * 2 + 4 * 2 * 3 * 2);
    expect(flops({ strategy: 'modeFinding' })).toBe(4 * 2 * 3 * 2 + 4 * 2 * 3 * 2);
    expect(flops({ strategy: 'ngd', loss })).toBe(2 * 3 * 2);
    expect(flops({ steps: 0 })).toBe(0);
  });
});

test('hyper: the matrix has the variance of a router that is learnt, 0.1 / D, whatever the widths inside', () => {
  const router = routers
    .hyper({ k: 1, embedDim: 64, hidden: 64 })
    .build({ width: 16, numExperts: 50, random: Random.fromSeed(3) });
  const spread = (name: string) =>
    tf.tidy(() => Math.sqrt(tf.moments(router.buffers().get(name)!.variable.flatten()).variance.dataSync()[0]));
  expect(spread('inner') / Math.sqrt(2 / 64)).toBeCloseTo(1, 1);
  expect(spread('outer') / Math.sqrt(0.1 / 16 / 64)).toBeCloseTo(1, 1);
  const logits = tf.tidy(() => router.route(tf.eye(16), Context.create()).logits.dataSync());
  // A relu halves the second moment; an embedding of 64 values is within a fifth of its length.
  expect(sum([...logits].map((value) => value ** 2)) / logits.length / (0.1 / 16)).toBeGreaterThan(0.6);
  expect(sum([...logits].map((value) => value ** 2)) / logits.length / (0.1 / 16)).toBeLessThan(1.6);
  router.dispose();
});

describe('ablate where nothing is left to share by', () => {
  const sparse = (probs: number[], indices: number[], weights: number[]): routers.SparseRouting => ({
    ...{ form: 'sparse', numTokens: 1, numExperts: probs.length, k: indices.length },
    probs: tf.tensor2d([probs]),
    logits: tf.tensor2d([probs]),
    indices: tf.tensor2d([indices], [1, indices.length], 'int32'),
    weights: tf.tensor2d([weights])
  });

  test('experts without probability share alike, and keep the sum', () => {
    tf.tidy(() => {
      const routing = routers.ablate(sparse([1, 0, 0], [0, 1], [0.75, 0.25]), { expert: 0, mode: 'without' });
      expect([...routers.denseWeights(routing).dataSync()]).toEqual([0, 0.5, 0.5]);
    });
  });

  test('of dense weights, an expert alone takes all, also where it had nothing', () => {
    tf.tidy(() => {
      const weights = tf.tensor2d([[0.75, 0.25, 0], [0, 0, 0]]); // prettier-ignore
      const dense: routers.Routing = { form: 'dense', numTokens: 2, numExperts: 3, probs: weights, logits: weights, weights }; // prettier-ignore
      const of = (expert: number, mode: routers.AblationMode) => [
        ...routers.denseWeights(routers.ablate(dense, { expert, mode })).dataSync()
      ];
      expect(of(2, 'only')).toEqual([0, 0, 1, 0, 0, 0]);
      expect(of(0, 'only')).toEqual([1, 0, 0, 0, 0, 0]);
      expect(of(0, 'without')).toEqual([0, 1, 0, 0, 0, 0]);
    });
  });
});

test('the threshold and the balance of a pass are taken up by finish; a pass that is disposed of before is refused', () => {
  for (const [spec, name] of [
    [routers.relu({ k: 1, l1: 1, growth: 2 }), 'l1'],
    [routers.threshold({ k: 1, decay: 0 }), 'thresholds']
  ] as const) {
    const router = spec.build({ width: 2, numExperts: 2, random: Random.fromSeed(1) });
    const before = router.buffers().get(name)!.variable.dataSync();
    const ctx = Context.create({ training: true });
    tf.tidy(() => void router.route(tf.tensor2d([[3, 1]]), ctx));
    ctx.dispose();
    expect(() => ctx.finish()).toThrow(/Context\.finish must come before/);
    expect(router.buffers().get(name)!.variable.dataSync()).toEqual(before);
    router.dispose();
  }
});
