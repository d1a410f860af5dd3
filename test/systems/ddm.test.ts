import { core, generative, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';

const { Random } = core;

const CENTRES = [[3, 0], [0, 3], [-3, 0], [0, -3]]; // prettier-ignore
const MODES: generative.GaussianComponent[] = CENTRES.map((mean, i) => ({
  ...{ mean, weight: [0.4, 0.3, 0.2, 0.1][i], deviation: 0.3 + 0.1 * i }
}));

/** As many points of each mode. */
function points(seed: number, count = 400): tf.Tensor2D {
  const random = Random.fromSeed(seed).child('points');
  return tf.tidy(() =>
    tf.concat(
      MODES.map(({ mean, deviation }, i) =>
        random
          .child(i)
          .normal([count / 4, 2], 0, deviation)
          .add<tf.Tensor2D>(tf.tensor1d([...mean]))
      )
    )
  );
}

/** The mode that each point is nearest to. */
function nearest(x: tf.Tensor2D): number[] {
  const rows = x.arraySync();
  return rows.map(([a, b]) => {
    const distances = CENTRES.map(([c, d]) => (a - c) ** 2 + (b - d) ** 2);
    return distances.indexOf(Math.min(...distances));
  });
}

describe('[ddm]', () => {
  test('the flows of partitions, weighed by the router, are the flow of all the data', () => {
    // Partitions of two modes each: experts and router are exact, and neither is the other's.
    const halves = [MODES.slice(0, 2), MODES.slice(2)];
    const shares = halves.map((half) => half.reduce((sum, { weight }) => sum + weight, 0));
    const experts = halves.map(
      (half, k) => generative.gaussianFlow(half.map((mode) => ({ ...mode, weight: mode.weight / shares[k] }))).velocity
    );
    const whole = generative.gaussianFlow(MODES);
    const router: generative.Posterior = (x, t) =>
      tf.tidy(() => whole.posterior(x, t).reshape([-1, 2, 2]).sum<tf.Tensor2D>(2));
    const combined = generative.decentralizedFlow({ experts, router });
    const x = Random.fromSeed(1).normal([100, 2], 0, 2) as tf.Tensor2D;
    for (const t of [0, 0.2, 0.5, 0.8, 0.95]) {
      const [actual, expected] = [combined(x, t), whole.velocity(x, t)];
      expectClose(actual, expected, 1e-6);
      tf.dispose([actual, expected]);
    }
    // Not so with one expert a point, where partitions overlap.
    const one = generative.decentralizedFlow({ experts, router, k: 1 });
    const difference = tf.tidy(() => one(x, 0.2).sub(whole.velocity(x, 0.2)).abs().max().dataSync()[0]);
    expect(difference).toBeGreaterThan(1e-2);
    x.dispose();
  });

  test('the exact flow leads noise to the mixture', () => {
    const x = generative.sample(generative.gaussianFlow(MODES).velocity, {
      ...{ count: 2000, width: 2, steps: 100, random: Random.fromSeed(2) }
    });
    const found = nearest(x);
    MODES.forEach(({ weight, mean, deviation }, i) => {
      const share = found.filter((mode) => mode === i).length / 2000;
      expect(Math.abs(share - weight)).toBeLessThan(0.05);
      const spread = tf.tidy(() => {
        const own = tf.gather(
          x,
          found.flatMap((mode, t) => (mode === i ? [t] : []))
        );
        return Math.sqrt(
          own
            .sub(tf.tensor1d([...mean]))
            .square()
            .mean()
            .dataSync()[0]
        );
      });
      expect(Math.abs(spread - deviation)).toBeLessThan(0.1);
    });
    x.dispose();
  });

  test('k-means finds the modes', () => {
    const data = points(1);
    const parts = generative.partition(data, { clusters: 4, seed: 3 });
    const modes = parts.map((part) => new Set(nearest(part)));
    expect(modes.map((mode) => mode.size)).toEqual([1, 1, 1, 1]);
    expect(parts.reduce((sum, part) => sum + part.shape[0], 0)).toBe(400);
    tf.dispose([data, ...parts]);
  });

  test('an expert does not know of the other partitions: without them, it is the same, bit for bit', async () => {
    const bits = async (others: boolean) => {
      const data = points(1);
      const parts = generative.partition(data, { clusters: 4, seed: 3 });
      const wanted = others ? parts : parts.slice(0, 1);
      const experts = await Promise.all(wanted.map((part, k) => generative.trainFlow(part, { steps: 5, seed: k })));
      const values = [...experts[0].network.parameters().values()].map(({ variable }) => variable.dataSync());
      experts.forEach(({ network }) => network.dispose());
      tf.dispose([data, ...parts]);
      return values;
    };
    expect(await bits(true)).toEqual(await bits(false));
  });

  test('trained apart, experts and a router with one expert a point make points of all modes', async () => {
    const data = points(1);
    const parts = generative.partition(data, { clusters: 4, seed: 3 });
    const experts = await Promise.all(parts.map((part, k) => generative.trainFlow(part, { steps: 150, seed: k })));
    const router = await generative.trainPosterior(parts, { steps: 150, seed: 9 });
    const velocity = generative.decentralizedFlow({ experts: experts.map(({ at }) => at), router: router.at, k: 1 });
    const tensors = tf.memory().numTensors;
    const x = generative.sample(velocity, { count: 500, width: 2, random: Random.fromSeed(4) });
    expect(tf.memory().numTensors).toBe(tensors + 1);
    const found = nearest(x);
    const near = x.arraySync().map(([a, b], t) => Math.hypot(a - CENTRES[found[t]][0], b - CENTRES[found[t]][1]) < 1.5);
    expect(near.filter(Boolean).length / 500).toBeGreaterThan(0.85);
    MODES.forEach((_, i) => {
      const share = found.filter((mode, t) => mode === i && near[t]).length / 500;
      expect(share).toBeGreaterThan(0.1);
    });
    tf.dispose([data, x, ...parts]);
    [router, ...experts].forEach(({ network }) => network.dispose());
  });
});
