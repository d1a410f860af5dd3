import { core, generative, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { gaussianScore, guided, reverse, varianceExploding, variancePreserving } = generative;
const random = core.Random.fromSeed(4);
const PROCESSES = [
  ['variance preserving', variancePreserving()],
  ['variance exploding', varianceExploding({ low: 0.05, high: 4 })]
] as const;
const MIXTURE: generative.GaussianComponent[] = [
  { weight: 0.7, mean: [1, -0.5], deviation: 0.2 },
  { weight: 0.3, mean: [-1, 0.5], deviation: 0.1 }
];

function moments(x: number[]): { mean: number; deviation: number } {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return { mean, deviation: Math.sqrt(x.reduce((sum, each) => sum + (each - mean) ** 2, 0) / x.length) };
}

describe.each(PROCESSES)('the %s process', (_name, sde) => {
  test('has the marginal that its drift and its noise lead to', () => {
    const h = 1e-4;
    expect(sde.marginal(0)).toEqual({ scale: 1, deviation: 0 });
    for (const t of [0.1, 0.4, 0.9]) {
      const [before, at, after] = [t - h, t, t + h].map((each) => sde.marginal(each));
      // d scale = -decay scale dt; d variance = (spread^2 - 2 decay variance) dt.
      expect((after.scale - before.scale) / (2 * h)).toBeCloseTo(-sde.decay(t) * at.scale, 4);
      const rate = (after.deviation ** 2 - before.deviation ** 2) / (2 * h);
      const expected = sde.spread(t) ** 2 - 2 * sde.decay(t) * at.deviation ** 2;
      expect(rate / expected).toBeCloseTo(1, 4);
    }
  });

  test('has of a mixture the score that is the gradient of the log density', () => {
    const x = random.child('x').normal([9, 2]) as tf.Tensor2D;
    for (const t of [0.05, 0.3, 0.8]) {
      const { scale, deviation } = sde.marginal(t);
      const density = (y: tf.Tensor): tf.Tensor =>
        tf.addN(
          MIXTURE.map(({ weight, mean, deviation: own }) => {
            const variance = deviation ** 2 + (scale * own) ** 2;
            return y.sub(tf.tensor1d([...mean]).mul(scale)).square().sum(1).mul(-0.5 / variance).exp().mul(weight / variance); // prettier-ignore
          })
        ).add(1e-30).log().sum(); // prettier-ignore
      const expected = tf.tidy(() => tf.grad(density)(x));
      // Far from all components the plain density underflows.
      const actual = gaussianScore(MIXTURE, sde)(x, t);
      const [a, b] = [actual, expected].map((each) => each.arraySync() as number[][]);
      a.forEach((row, i) => b[i].some((v) => v !== 0) && row.forEach((v, j) => expect(Math.abs(v - b[i][j])).toBeLessThan(1e-3 * Math.max(1, Math.abs(v))))); // prettier-ignore
      tf.dispose([actual, expected]);
    }
    x.dispose();
  });

  test('gives the mixture back when it is run in reverse by its exact score', () => {
    const x = reverse(gaussianScore(MIXTURE, sde), { sde, count: 3000, width: 2, steps: 150, random });
    const rows = x.arraySync();
    x.dispose();
    const [first, second] = [rows.filter(([a]) => a > 0), rows.filter(([a]) => a <= 0)];
    expect(Math.abs(first.length / rows.length - 0.7)).toBeLessThan(0.04);
    [first, second].forEach((part, k) =>
      [0, 1].forEach((d) => {
        const { mean, deviation } = moments(part.map((row) => row[d]));
        expect(Math.abs(mean - MIXTURE[k].mean[d])).toBeLessThan(0.03);
        expect(Math.abs(deviation / MIXTURE[k].deviation - 1)).toBeLessThan(0.1);
      })
    );
  });

  test('is guided to the density that the value tilts', () => {
    const [s, strength] = [0.5, 2];
    const score = gaussianScore([{ weight: 1, mean: [0.3], deviation: s }], sde);
    // The log of the mean of exp(strength x_0) over what a point may have been: linear in x, slope s^2 scale / variance.
    const guide: generative.Guide = (x, t) => {
      const { scale, deviation } = sde.marginal(t);
      return x.reshape<tf.Tensor1D>([-1]).mul((s * s * scale) / (deviation ** 2 + (scale * s) ** 2));
    };
    const drawn = [0, strength].map((each) => {
      const x = reverse(guided(score, guide, each), { sde, count: 3000, width: 1, steps: 150, random });
      const found = moments([...x.dataSync()]);
      x.dispose();
      return found;
    });
    expect(Math.abs(drawn[0].mean - 0.3)).toBeLessThan(0.04);
    // exp(strength x) times a Gaussian is one further on by strength s^2.
    expect(Math.abs(drawn[1].mean - (0.3 + strength * s * s))).toBeLessThan(0.04);
    expect(Math.abs(drawn[1].deviation - s)).toBeLessThan(0.03);
  });

  test('leaves nothing behind', () => {
    expectNoLeak(() => reverse(guided(gaussianScore(MIXTURE, sde), (x) => x.sum(1), 1), { sde, count: 3, width: 2, steps: 3, random }).dispose()); // prettier-ignore
  });
});

test('a mixture of points is one of Gaussians without width', () => {
  const sde = variancePreserving();
  const points = [0, 1, 2].map((i) => ({ weight: 1 / 3, mean: [i], deviation: 0 }));
  const narrow = points.map((each) => ({ ...each, deviation: 1e-6 }));
  const x = tf.tensor2d([[0.2], [1.4]]);
  const [a, b] = [points, narrow].map((each) => gaussianScore(each, sde)(x, 0.3));
  expectClose(a, b, 1e-4);
  tf.dispose([x, a, b]);
});

test('what is refused', () => {
  const sde = variancePreserving();
  const score: generative.Score = (x) => x;
  expect(() => variancePreserving({ low: 2, high: 1 })).toThrow('generative.variancePreserving: high must be a number of at least 2, got 1'); // prettier-ignore
  expect(() => varianceExploding({ low: 0 })).toThrow('generative.varianceExploding: low must be');
  expect(() => reverse(score, { sde, count: 0, width: 1, random })).toThrow('generative.reverse: count must be an integer of at least 1, got 0'); // prettier-ignore
  expect(() => reverse(score, { sde, count: 1, width: 1, random, until: 0.9 })).toThrow('generative.reverse: until must be'); // prettier-ignore
  expect(() => gaussianScore([{ weight: 0.5, mean: [0], deviation: 0 }], sde)).toThrow('generative.gaussianScore: weights must sum to 1, got 0.5'); // prettier-ignore
});
