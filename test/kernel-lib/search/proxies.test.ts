import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { models, nas, tf, train, type core } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Rows of a regression by a linear model y = w1 x1 + w2 x2 + b, so that gradients of the squared error are worked out by hand. */
const ROWS = [
  [1, 2, 0],
  [3, -1, 5],
  [-2, 4, 1],
  [0.5, 1, -3]
];
const WEIGHTS = [0.5, -1];
const BIAS = 0.25;

let inputs: tf.Tensor2D;
let targets: tf.Tensor2D;
beforeAll(() => {
  inputs = tf.tensor2d(ROWS.map(([a, b]) => [a, b]));
  targets = tf.tensor2d(ROWS.map(([, , y]) => [y]));
});
afterAll(() => tf.dispose([inputs, targets]));

const task = (batchSize: number) => train.tasks.regression({ inputs, targets, batchSize });

function linear(): core.Module {
  const model = models.mlp({ inputWidth: 2, hidden: [], outputWidth: 1 });
  for (const { variable, shape } of model.parameters().values()) {
    variable.assign(tf.tidy(() => tf.tensor(shape.length === 2 ? WEIGHTS : [BIAS], shape)));
  }
  return model;
}

/** Gradients of a row's squared error for w1, w2 and b. */
const byHand = ROWS.map(([a, b, y]) => {
  const error = 2 * (WEIGHTS[0] * a + WEIGHTS[1] * b + BIAS - y);
  return [error * a, error * b, error];
});
const mean = [0, 1, 2].map((i) => byHand.reduce((sum, row) => sum + row[i], 0) / 4);

const members: Record<
  string,
  [make: (options: nas.proxies.ProxyOptions) => nas.proxies.Proxy, batchSize: number, batches: number, value: number]
> = {
  gradNorm: [nas.proxies.gradNorm, 4, 1, Math.hypot(mean[0], mean[1]) + Math.abs(mean[2])],
  snip: [
    nas.proxies.snip,
    4,
    1,
    Math.abs(mean[0] * WEIGHTS[0]) + Math.abs(mean[1] * WEIGHTS[1]) + Math.abs(mean[2] * BIAS)
  ],
  gradSign: [
    nas.proxies.gradSign,
    1,
    4,
    [0, 1, 2].reduce((sum, i) => sum + Math.abs(byHand.reduce((inner, row) => inner + Math.sign(row[i]), 0)), 0)
  ],
  zico: [
    nas.proxies.zico,
    1,
    4,
    [[0, 1], [2]].reduce((sum, ofParameter) => {
      const ratios = ofParameter.map((i) => {
        const sizes = byHand.map((row) => Math.abs(row[i]));
        const average = sizes.reduce((a, b) => a + b) / 4;
        return average / Math.sqrt(sizes.reduce((all, each) => all + (each - average) ** 2, 0) / 4);
      });
      return sum + Math.log(ratios.reduce((a, b) => a + b));
    }, 0)
  ]
};

test('no proxy is left out', () => {
  const files = readdirSync(join(import.meta.dirname, '../../../kernel-lib/src/search/proxies')).map((file) =>
    file.replace('.ts', '')
  );
  expect([...Object.keys(members), 'index', 'proxy'].sort()).toEqual(files.sort());
});

describe.each(Object.entries(members))('nas.proxies.%s', (_name, [make, batchSize, batches, value]) => {
  test('equals the case worked out by hand, leaves the model as it was and nothing on the device', () => {
    const model = linear();
    const before = tf.memory().numTensors;
    expect(make({ task: task(batchSize), batches }).score(model)).toBeCloseTo(value, 4);
    expect(make({ task: task(batchSize), batches }).score(model)).toBeCloseTo(value, 4);
    expect(tf.memory().numTensors).toBe(before);
    expect([...model.parameters().values()].flatMap(({ variable }) => Array.from(variable.dataSync()))).toEqual([
      ...WEIGHTS,
      BIAS
    ]);
    model.dispose();
  });

  test('does not depend on the order of the samples', () => {
    const model = linear();
    const scores = [0, 1, 2].map((seed) => make({ task: task(batchSize), batches, seed }).score(model));
    scores.forEach((score) => expect(score).toBeCloseTo(scores[0], 4));
    model.dispose();
  });
});

describe('GradSign [gradsign]', () => {
  test('where all samples agree the score is the samples times the values; opposed samples cancel', () => {
    const model = linear();
    const [same, opposed] = [
      [
        [1, 2],
        [1, 2],
        [1, 2],
        [1, 2]
      ],
      [
        [1, 2],
        [1, 2],
        [-1, -2],
        [-1, -2]
      ]
    ].map((rows) => tf.tensor2d(rows));
    const high = tf.fill([4, 1], 9);
    const agreeing = train.tasks.regression({ inputs: same, targets: high, batchSize: 1 });
    expect(nas.proxies.gradSign({ task: agreeing, batches: 4 }).score(model)).toBe(4 * 3);
    // Errors of one sign: the weights' gradients have opposite signs, the bias's one.
    const cancelling = train.tasks.regression({ inputs: opposed, targets: high, batchSize: 1 });
    expect(nas.proxies.gradSign({ task: cancelling, batches: 4 }).score(model)).toBe(4);
    tf.dispose([same, opposed, high]);
    model.dispose();
  });

  test('batches of several samples are refused: their signs are lost', () => {
    expect(() => nas.proxies.gradSign({ task: task(2) })).toThrow(
      'nas.proxies.gradSign: the task must give one sample a batch (batchSize: 1), got 2'
    );
    expect(() => nas.proxies.zico({ task: task(2), batches: 1 })).toThrow(
      'nas.proxies.zico: batches must be an integer of at least 2, got 1'
    );
  });
});
