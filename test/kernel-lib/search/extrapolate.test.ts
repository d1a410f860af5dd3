import { core, models, nas, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

type Curve = (step: number) => number;

const CURVES: [string, Curve][] = [
  ['a power law', (x) => 0.4 + 2 * x ** -0.6],
  ['an exponential', (x) => 0.4 + 2 * Math.exp(-x / 15)],
  ['an accuracy that rises', (x) => 0.9 - 0.7 * x ** -0.5],
  ['a late power law', (x) => 1 + 3 * (1 + x / 20) ** -1.5]
];

const seen = (curve: Curve, steps: number): [number, number][] =>
  Array.from({ length: steps }, (_, i) => [i + 1, curve(i + 1)]);

describe('nas.extrapolate', () => {
  test.each(CURVES)('%s is followed to five times its length, and better than by its last value', (_name, curve) => {
    const { mean, std } = nas.extrapolate(seen(curve, 20), 100);
    const left = Math.abs(curve(20) - curve(100));
    expect(Math.abs(mean - curve(100))).toBeLessThan(0.15 * left);
    expect(std).toBeGreaterThanOrEqual(0);
  });

  test('by hand: of a curve that is among those tried, its level', () => {
    // Steps up to 4, so that the shape is (x / 4) ** -rate with the rate 0.03 * 1.1 ** 30.
    const rate = 0.03 * 1.1 ** 30;
    const curve = (x: number) => 2 + 5 * (x / 4) ** -rate;
    const { mean, std } = nas.extrapolate(seen(curve, 4), 1000);
    expect(Math.abs(mean - curve(1000))).toBeLessThan(0.05);
    expect(std).toBeLessThan(0.2);
    expect(nas.extrapolate([[1, 3], [2, 3], [3, 3], [4, 3]], 50)).toEqual({ mean: 3, std: expect.closeTo(0, 3) as number }); // prettier-ignore
  });

  test('values that are shifted and scaled give what is shifted and scaled; the unit of steps makes no difference', () => {
    const points = seen(CURVES[0][1], 12);
    const plain = nas.extrapolate(points, 60);
    const scaled = nas.extrapolate(points.map(([step, value]) => [10 * step, 7 - 3 * value] as const), 600); // prettier-ignore
    expect(scaled.mean).toBeCloseTo(7 - 3 * plain.mean, 9);
    expect(scaled.std).toBeCloseTo(3 * plain.std, 9);
  });

  test('with noise it doubts, and three of four values lie within two of its deviations', () => {
    const [, curve] = CURVES[0];
    let within = 0;
    for (let seed = 0; seed < 60; seed++) {
      const next = core.Random.fromSeed(seed).generator();
      const noisy = seen((x) => curve(x) + 0.06 * (next() + next() + next() - 1.5), 20);
      const { mean, std } = nas.extrapolate(noisy, 60);
      within += Math.abs(mean - curve(60)) < 2 * std ? 1 : 0;
    }
    expect(within).toBeGreaterThan(45);
    // A level with noise of 0.1: at its end, however sure the level is, a value has that noise.
    const level = nas.extrapolate(seen((x) => 2 + (x % 2 === 0 ? 0.1 : -0.1), 40), 41); // prettier-ignore
    expect(level.std).toBeGreaterThan(0.09);
    expect(level.std).toBeLessThan(0.15);
  });

  test.each([
    [[[1, 2], [2, 3], [3, 4]], 9, 'nas.extrapolate: curve must have 4 different steps or more, got 3'], // prettier-ignore
    [[[1, 2], [1, 3], [2, 4], [2, 4]], 9, 'nas.extrapolate: curve must have 4 different steps or more, got 4'], // prettier-ignore
    [[[1, 2], [2, NaN], [3, 4], [4, 5]], 9, 'nas.extrapolate: value 1 must be a number'], // prettier-ignore
    [[[0, 2], [2, 3], [3, 4], [4, 5]], 9, 'nas.extrapolate: step 0 must be a number'], // prettier-ignore
    [[[1, 2], [2, 3], [3, 4], [4, 5]], -1, 'nas.extrapolate: at must be a number'] // prettier-ignore
  ] as [[number, number][], number, string][])('refuses %#', (curve, at, message) => {
    expect(() => nas.extrapolate(curve, at)).toThrow(message);
  });

  test('a training that ends early tells what it would come to, beside what was measured', async () => {
    const inputs = tf.randomNormal([64, 4], 0, 1, 'float32', 1) as tf.Tensor2D;
    const targets = tf.tidy(() => inputs.sum(1, true).tanh() as tf.Tensor2D);
    const rows = () => ({ inputs, targets });
    const task = () => train.tasks.regression({ ...rows(), validation: rows(), batchSize: 64 });
    const model = () => models.mlp({ inputWidth: 4, hidden: [16], outputWidth: 1, seed: 1 });
    const curve: [number, number][] = [];
    const report = (step: number, value: number) => curve.push([step, value]);
    const trial = { seed: 1, folder: null, resumes: false, signal: new AbortController().signal, report };
    const measured = await nas.trainCandidate(trial as never, {
      ...{ model: model(), task: task(), steps: 60, extrapolate: 240, evaluateEvery: 10 }
    });
    expect(curve.map(([step]) => step)).toEqual([10, 20, 30, 40, 50, 60]);
    expect(measured.loss).toBeCloseTo(nas.extrapolate(curve, 240).mean, 9);
    expect(measured['loss, measured']).toBeCloseTo(curve[5][1], 9);
    expect(measured.loss).toBeLessThan(curve[5][1]);
    expect(measured.steps).toBe(60);
    tf.dispose([inputs, targets]);
  });
});
