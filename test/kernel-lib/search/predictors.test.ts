import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { core, nas, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const members: Record<string, () => nas.predictors.Predictor> = {
  gp: () => nas.predictors.gp(),
  mlp: () => nas.predictors.mlp({ hidden: [16], steps: 60, members: 2, learningRate: 0.1 }),
  parametric: () => nas.predictors.parametric({ nodes: 1, steps: 100, learningRate: 0.03 }),
  ridge: () => nas.predictors.ridge()
};

const next = core.Random.fromSeed(3).generator();
const draw = (n: number) => Array.from({ length: n }, () => [next(), next(), next()]);
const truth = ([a, b, c]: readonly number[]) => 5 + (a - 0.3) ** 2 + 0.5 * b - 0.2 * c;
const rows = draw(40);
const values = rows.map(truth);
const random = core.Random.fromSeed(1);

test('no predictor is left out', () => {
  const files = readdirSync(join(import.meta.dirname, '../../../kernel-lib/src/search/predictors'));
  expect([...Object.keys(members), 'index', 'nodeMixer', 'predictor'].sort()).toEqual(
    files.map((file) => file.replace('.ts', '')).sort()
  );
});

describe.each(Object.entries(members))('nas.predictors.%s', (_name, make) => {
  test('explains unseen rows of a smooth function, with a doubt that is not negative, and leaves nothing on the device', () => {
    const before = tf.memory().numTensors;
    const fitted = make().fit(rows, values, random);
    const unseen = draw(60);
    const said = fitted.predict(unseen);
    const mean = unseen.map(truth).reduce((a, b) => a + b) / 60;
    const error = unseen.reduce((sum, row, i) => sum + (said[i].mean - truth(row)) ** 2, 0);
    const variance = unseen.reduce((sum, row) => sum + (truth(row) - mean) ** 2, 0);
    expect(1 - error / variance).toBeGreaterThan(0.9);
    said.forEach(({ std }) => expect(std).toBeGreaterThanOrEqual(0));
    expect(fitted.predict([])).toEqual([]);
    fitted.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('says the same by the same stream, and of shifted and scaled values the same, shifted and scaled', () => {
    const of = (each: readonly number[]) => {
      const fitted = make().fit(rows, each, random);
      const said = fitted.predict(rows.slice(0, 5));
      fitted.dispose();
      return said;
    };
    expect(of(values)).toEqual(of(values));
    const turned = of(values.map((value) => 4 * value - 7));
    // The ridge shrinks the constant with the rest, a little.
    of(values).forEach(({ mean, std }, i) => {
      expect(turned[i].mean).toBeCloseTo(4 * mean - 7, 1);
      expect(turned[i].std).toBeCloseTo(4 * std, 1);
    });
  });

  test('is JSON and is made anew from it; one row, and equal values, are no error', () => {
    const data = JSON.parse(JSON.stringify(make())) as nas.predictors.Predictor;
    expect(JSON.parse(JSON.stringify(nas.predictors.predictors.of(data)))).toEqual(data);
    const flat = make().fit(
      [
        [1, 2],
        [2, 1]
      ],
      [3, 3],
      random
    );
    expect(flat.predict([[1.5, 1.5]])[0].mean).toBeCloseTo(3, 0);
    flat.dispose();
    const one = make().fit([[1, 2]], [3], random);
    expect(one.predict([[1, 2]])[0].mean).toBeCloseTo(3, 0);
    one.dispose();
  });

  test('refuses rows without values, of other lengths and numbers that are not finite', () => {
    const where = `nas.predictors.${make().kind}`;
    expect(() => make().fit([], [], random)).toThrow(`${where}: there must be a value for each row, and a row`);
    expect(() => make().fit([[1], [1, 2]], [1, 2], random)).toThrow(
      `${where}: rows must have equally many numbers (1)`
    );
    expect(() => make().fit([[1]], [NaN], random)).toThrow(`${where}: values[0] must be`);
    expect(() => make().fit([[1, 2], [0, NaN]], [1, 2], random)).toThrow(`${where}: rows[1] must be`); // prettier-ignore
  });
});

test('a Gaussian process equals the closed form on two points', () => {
  // Standardised values are -1 and 1; with covariance s between the points and noise n the weights are w (-1, 1), w = 1 / (1 + n - s).
  const at = (r: number) => Math.exp(-0.5 * (r / 0.5) ** 2);
  const [s, n] = [at(1), 0.01];
  const fitted = nas.predictors.gp({ kernel: 'rbf', length: 0.5, noise: n }).fit([[0], [1]], [2, 6], random);
  const [{ mean, std }] = fitted.predict([[0.25]]);
  const [k0, k1] = [at(0.25), at(0.75)];
  expect(mean).toBeCloseTo(4 + (2 * (k1 - k0)) / (1 + n - s), 10);
  const determinant = (1 + n) ** 2 - s * s;
  const known = ((1 + n) * (k0 * k0 + k1 * k1) - 2 * s * k0 * k1) / determinant;
  expect(std).toBeCloseTo(2 * Math.sqrt(1 - known), 10);
});

test('a Gaussian process on rows that are mostly 0 is the one on the same rows moved away from 0', () => {
  const next = core.Random.fromSeed(3).generator();
  const rows = Array.from({ length: 12 }, () => Array.from({ length: 20 }, () => (next() < 0.8 ? 0 : next())));
  const values = rows.map((row) => row.reduce((sum, each, i) => sum + each * Math.cos(i), 0));
  const moved = (of: number[][]) => of.map((row) => row.map((each) => each + 1));
  const predict = (known: number[][], asked: number[][]) => nas.predictors.gp().fit(known, values, random).predict(asked); // prettier-ignore
  const asked = [...rows.slice(0, 2), new Array<number>(20).fill(0), new Array<number>(20).fill(0.5)];
  const there = predict(moved(rows), moved(asked));
  predict(rows, asked).forEach(({ mean, std }, i) => {
    expect(mean).toBeCloseTo(there[i].mean, 9);
    expect(std).toBeCloseTo(there[i].std, 9);
  });
});

test('a Gaussian process takes the length that makes its values likeliest', () => {
  const x = Array.from({ length: 30 }, (_, i) => [i / 29]);
  const wavy = x.map(([at]) => Math.sin(25 * at));
  const free = nas.predictors
    .gp()
    .fit(x, wavy, random)
    .predict([[0.51]])[0].mean;
  const long = nas.predictors
    .gp({ length: 3, noise: 0.1 })
    .fit(x, wavy, random)
    .predict([[0.51]])[0].mean;
  expect(Math.abs(free - Math.sin(25 * 0.51))).toBeLessThan(0.02);
  expect(Math.abs(long - Math.sin(25 * 0.51))).toBeGreaterThan(0.1);
});

test('ridge doubts more what is far from its rows, and nothing where residuals are none', () => {
  const noisy = rows.map((row, i) => truth(row) + (i % 2 === 0 ? 0.1 : -0.1));
  const [near, far] = nas.predictors
    .ridge()
    .fit(rows, noisy, random)
    .predict([
      [0.5, 0.5, 0.5],
      [3, -2, 4]
    ]);
  expect(far.std).toBeGreaterThan(2 * near.std);
});

test.each([
  [() => nas.predictors.ridge({ ridge: 0 }), 'nas.predictors.ridge: ridge must be a number of at least 1e-9, got 0'],
  [() => nas.predictors.gp({ kernel: 'linear' as never }), 'nas.predictors.gp: kernel must be one of matern52, rbf'],
  [() => nas.predictors.gp({ length: 0 }), 'nas.predictors.gp: length must be a number of at least 0.000001, got 0'],
  [() => nas.predictors.mlp({ members: 0 }), 'nas.predictors.mlp: members must be an integer of at least 1, got 0']
])('refuses %#', (act, message) => {
  expect(act).toThrow(message);
});
