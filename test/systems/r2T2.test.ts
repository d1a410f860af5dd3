import { core, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { Context, Random } = core;

// A token is its group (4), then its feature (4). Expert e shifts the feature by e; the label is the feature shifted by
// the group: each expert classifies one group, and only that.
const N = 4;
const WIDTH = 2 * N;

function makeSamples(seed: number, count: number) {
  const next = Random.fromSeed(seed).generator();
  const group = Array.from({ length: count }, () => Math.floor(next() * N));
  const feature = group.map(() => Math.floor(next() * N));
  const rows = group.map((g, i) =>
    Array.from({ length: WIDTH }, (_, d) => (d === g ? 3 : d === N + feature[i] ? 2 : 0) + 0.6 * (next() - 0.5))
  );
  return { rows, label: group.map((g, i) => (feature[i] + g) % N) };
}

/** Logits [T, 4] of tokens whose experts have these weights [T, 4]. */
function classify(x: tf.Tensor2D, weights: tf.Tensor2D): tf.Tensor2D {
  const features = x.slice([0, N], [-1, N]);
  const experts = Array.from({ length: N }, (_, e) =>
    tf.concat([features.slice([0, N - e], [-1, e]), features.slice([0, 0], [-1, N - e])], 1)
  );
  return tf.addN(experts.map((logits, e) => logits.mul(weights.slice([0, e], [-1, 1])))) as tf.Tensor2D;
}

// Sends a group to its expert; corrupted, a token of feature 0 or 1 to the next one.
const routerWeight = (corrupted: boolean) =>
  tf.tidy(() => {
    const group = tf.eye(N).mul(2);
    const astray = group.mul(0).add(
      tf.tensor2d([
        [0, 9, 0, 0],
        [0, 0, 9, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0]
      ])
    );
    return tf.concat([group, corrupted ? astray : group.mul(0)], 0) as tf.Tensor2D;
  });

function measure(spec: routers.RouterSpec, corrupted: boolean, { rows, label }: ReturnType<typeof makeSamples>) {
  const router = spec.build({ width: WIDTH, numExperts: N, random: Random.fromSeed(0) });
  const path = [...router.parameters().keys()].find((name) => name.endsWith('weight')) as string;
  const value = routerWeight(corrupted);
  const parameter = router.parameters().get(path) as core.Parameter;
  parameter.assign(value);
  const out = tf.tidy(() => {
    const x = tf.tensor2d(rows);
    const weights = routers.denseWeights(router.route(x, Context.create()));
    const right = classify(x, weights).argMax(1).equal(tf.tensor1d(label, 'int32')).dataSync();
    return { weights: weights.arraySync(), right: Array.from(right, Boolean) };
  });
  const unchanged = tf.tidy(() => parameter.variable.equal(value).all().dataSync()[0] === 1);
  value.dispose();
  router.dispose();
  return { ...out, accuracy: out.right.filter(Boolean).length / label.length, unchanged };
}

describe('[r2-t2]', () => {
  const base = routers.topK({ k: N });
  const known = makeSamples(1, 300);
  const samples = makeSamples(2, 300);
  const whole = measure(base, false, samples).accuracy;
  const broken = measure(base, true, samples);
  // What the corrupted model predicts well, and how it routed that.
  const { right, weights } = measure(base, true, known);
  const good = right.flatMap((ok, i) => (ok ? [i] : []));
  const references = { tokens: good.map((i) => known.rows[i]), weights: good.map((i) => weights[i]) };
  const labels = good.map((i) => known.label[i]);
  const loss = (indices: tf.Tensor1D, w: tf.Tensor2D): tf.Tensor1D => {
    const x = tf.gather(tf.tensor2d(references.tokens), indices);
    const logProbs = tf.logSoftmax(classify(x, w));
    return logProbs
      .mul(tf.gather(tf.oneHot(tf.tensor1d(labels, 'int32'), N), indices))
      .sum(1)
      .neg() as tf.Tensor1D;
  };
  const reroute = (options: Partial<routers.TestTimeRerouteOptions>) =>
    measure(routers.testTimeReroute({ router: base, references, steps: 20, ...options }), true, samples);

  test('the corruption costs accuracy', () => {
    expect(whole).toBeGreaterThan(0.95);
    expect(broken.accuracy).toBeLessThan(0.75);
  });

  test.each([['kernel'], ['ngd']] as ['kernel' | 'ngd'][])(
    '%s recovers at least half of it, and no parameter changes',
    (strategy) => {
      const { accuracy, unchanged } = reroute({ strategy, loss });
      expect((accuracy - broken.accuracy) / (whole - broken.accuracy)).toBeGreaterThanOrEqual(0.5);
      expect(unchanged).toBe(true);
    }
  );

  test.each([['kernel'], ['modeFinding'], ['ngd']] as [routers.RerouteStrategy][])(
    '%s: no step is the original',
    (strategy) => {
      expect(reroute({ strategy, loss, steps: 0 }).weights).toEqual(broken.weights);
    }
  );

  test('neighbours at random give no gain', () => {
    const tokens = Random.fromSeed(5).shuffle(references.tokens);
    expect(reroute({ references: { ...references, tokens } }).accuracy).toBeLessThanOrEqual(broken.accuracy);
  });

  test('mode finding gathers routings that lie near each other', () => {
    const spread = (rows: number[][]) => tf.tidy(() => tf.moments(tf.tensor2d(rows), 0).variance.sum().dataSync()[0]);
    const group = (rows: number[][]) => rows.filter((_, i) => samples.rows[i][0] > 2 && broken.right[i]);
    const { weights: moved } = reroute({ strategy: 'modeFinding', bandwidth: 0.2 });
    expect(spread(group(moved))).toBeLessThan(0.5 * spread(group(broken.weights)));
  });
});
