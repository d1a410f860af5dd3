import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { core, models, nas, tf, train } from '@switchyard/kernel-lib';
import { expressivity } from '../../../kernel-lib/dist/search/proxies/zen';
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

/** Of the mean squared error: H = 2 / 4 sum of (a, b, 1)(a, b, 1)^T. */
const hessianTimes = (v: readonly number[]) => {
  const rows = ROWS.map(([a, b]) => [a, b, 1]);
  return [0, 1, 2].map((i) =>
    rows.reduce((sum, row) => sum + (2 / 4) * row[i] * row.reduce((inner, x, j) => inner + x * v[j], 0), 0)
  );
};

type Make = (options: nas.proxies.ProxyOptions) => nas.proxies.Proxy;
const members: Record<string, [make: Make, batchSize: number, batches: number, value: number]> = {
  fisher: [
    nas.proxies.fisher,
    4,
    1,
    // The activation is the prediction p, its gradient 2 (p - y) / 4.
    ROWS.reduce((sum, [a, b, y]) => {
      const p = WEIGHTS[0] * a + WEIGHTS[1] * b + BIAS;
      return sum + (0.5 * ((p * 2 * (p - y)) / 4) ** 2) / 4;
    }, 0)
  ],
  grasp: [nas.proxies.grasp, 4, 1, -hessianTimes(mean).reduce((sum, each, i) => sum + each * [...WEIGHTS, BIAS][i], 0)],
  synflow: [() => nas.proxies.synflow({ inputShape: [2] }), 4, 1, 0.5 + 1 + 0.25],
  // The gradient of y = w x is w for all samples: of two values, one is as far from their mean as the other, so all are fully correlated.
  jacobianCovariance: [
    () => nas.proxies.jacobianCovariance({ inputs }),
    4,
    1,
    -(Math.log(4 + 1e-5) + 1 / (4 + 1e-5)) - 3 * (Math.log(1e-5) + 1e5)
  ],
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
  // NASWOT and Zen need units and normal weights, which the linear model has not: below.
  expect([...Object.keys(members), 'index', 'naswot', 'nodeStatistics', 'proxy', 'zen'].sort()).toEqual(files.sort());
});

describe.each(Object.entries(members))('nas.proxies.%s', (_name, [make, batchSize, batches, value]) => {
  test('equals the case worked out by hand, leaves the model as it was and nothing on the device', () => {
    const model = linear();
    const before = tf.memory().numTensors;
    const score = () => make({ task: task(batchSize), batches }).score(model);
    expect(score() / value).toBeCloseTo(1, 3);
    expect(score()).toBe(score());
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
    scores.forEach((score) => expect(score / scores[0]).toBeCloseTo(1, 3));
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

describe('curvature and flow', () => {
  test('GraSP on a network that is not linear: the product with the Hessian by gradients of gradients', () => {
    // f = w2 tanh-like: one hidden unit with SiLU, y = v silu(w x); the second derivatives by hand from differences of 1e-4 in float64.
    const model = models.mlp({ inputWidth: 1, hidden: [1], outputWidth: 1, activation: 'silu', seed: 0 });
    const values = [0.7, 0.1, -1.2, 0.3];
    [...model.parameters().values()].forEach(({ variable, shape }, i) =>
      variable.assign(tf.tidy(() => tf.fill(shape, values[i])))
    );
    const [x, y] = [tf.tensor2d([[0.5], [-1]]), tf.tensor2d([[1], [0.2]])];
    const silu = (z: number) => z / (1 + Math.exp(-z));
    const loss = ([w, b, v, c]: number[]) =>
      [0.5, -1].reduce((sum, at, i) => sum + (v * silu(w * at + b) + c - [1, 0.2][i]) ** 2, 0) / 2;
    const gradient = (at: number[]) =>
      at.map((_, i) => {
        const [up, down] = [1e-4, -1e-4].map((by) => loss(at.map((each, j) => (j === i ? each + by : each))));
        return (up - down) / 2e-4;
      });
    const g = gradient(values);
    const [up, down] = [1e-3, -1e-3].map((by) => gradient(values.map((each, i) => each + by * g[i])));
    const right = -values.reduce((sum, each, i) => sum + (each * (up[i] - down[i])) / 2e-3, 0);
    const nonlinear = train.tasks.regression({ inputs: x, targets: y, batchSize: 2 });
    expect(nas.proxies.grasp({ task: nonlinear }).score(model) / right).toBeCloseTo(1, 2);
    expect([...model.parameters().values()].map(({ variable }) => variable.dataSync()[0])).toEqual(
      values.map(Math.fround)
    );
    tf.dispose([x, y]);
    model.dispose();
  });

  test('SynFlow: in a network without biases each layer keeps the whole flow; signs and data make no difference', () => {
    const model = models.mlp({ inputWidth: 3, hidden: [4, 5], outputWidth: 2, seed: 1 });
    const weights = [...model.parameters()]
      .filter(([path]) => path.endsWith('weight'))
      .map(([, { variable }]) => variable);
    [...model.parameters()].filter(([path]) => path.endsWith('bias')).forEach(([, { variable }]) => variable.assign(tf.zerosLike(variable))); // prettier-ignore
    // R = 1^T |W1| |W2| |W3| 1, once for each of three layers.
    const flow = tf.tidy(() => weights.reduce<tf.Tensor>((row, w) => tf.matMul(row as tf.Tensor2D, w.abs() as tf.Tensor2D), tf.ones([1, 3])).sum().dataSync()[0]); // prettier-ignore
    const { synflow } = nas.proxies;
    expect(synflow({ inputShape: [3] }).score(model) / (3 * flow)).toBeCloseTo(1, 5);
    weights.forEach((variable) => variable.assign(tf.tidy(() => variable.neg())));
    expect(synflow({ inputShape: [3] }).score(model) / (3 * flow)).toBeCloseTo(1, 5);
    weights.forEach((variable) => variable.assign(tf.tidy(() => variable.mul(1e20))));
    expect(() => synflow({ inputShape: [3] }).score(model)).toThrow('nas.proxies.synflow: the score must be finite');
    model.dispose();
  });

  test('Jacobian covariance: inputs that a network treats alike score lower than those that it tells apart', () => {
    const model = models.mlp({ inputWidth: 4, hidden: [64], outputWidth: 3, seed: 0 });
    const apart = tf.tensor2d([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]].map((row) => row.map((x) => 2 * x - 0.5))); // prettier-ignore
    const alike = tf.tidy(() => tf.ones([4, 4]).add(apart.mul(1e-3)) as tf.Tensor2D);
    const score = (of: tf.Tensor) => nas.proxies.jacobianCovariance({ inputs: of }).score(model);
    expect(score(apart)).toBeGreaterThan(score(alike));
    expect(() => nas.proxies.jacobianCovariance({ inputs: alike.slice(0, 1) })).toThrow('there must be two inputs or more, got 1'); // prettier-ignore
    tf.dispose([apart, alike]);
    model.dispose();
  });
});

describe('proxies of activations', () => {
  const three = () => tf.tensor2d([[1, 0], [0, 1], [-1, -1]]); // prettier-ignore

  /** Units that are on for x, for y, and for -x - y, so that each input has one of its own. */
  function units(signs: readonly (readonly [number, number])[]): core.Module {
    const model = models.mlp({ inputWidth: 2, hidden: [signs.length], outputWidth: 1, seed: 1 });
    const set = (path: string, values: tf.Tensor) => {
      model.parameters().get(path)!.variable.assign(values);
      values.dispose();
    };
    set(
      '0.weight',
      tf.tidy(() => tf.tensor2d(signs as [number, number][]).transpose())
    );
    set('0.bias', tf.zeros([signs.length]));
    return model;
  }

  test('NASWOT: the determinant of how many units two inputs agree on', () => {
    const inputs = three();
    // Codes 100, 010, 001: of three units two inputs agree on one.
    const model = units([[1, 0], [0, 1], [-1, -1]]); // prettier-ignore
    const before = tf.memory().numTensors;
    const proxy = nas.proxies.naswot({ inputs });
    // det [[3, 1, 1], [1, 3, 1], [1, 1, 3]] = 20.
    expect(proxy.score(model)).toBeCloseTo(Math.log(20), 5);
    expect(tf.memory().numTensors).toBe(before);
    // Codes 110, 001, 001: the second and the third are one.
    const blind = units([[1, -1], [1, -1], [-1, 0.5]]); // prettier-ignore
    expect(() => proxy.score(blind)).toThrow('nas.proxies.naswot: the network must tell all inputs apart by its units');
    const straight = linear();
    expect(() => proxy.score(straight)).toThrow('the network must tell of activations, a row for each input, got none');
    const [one] = tf.split(inputs, 3);
    expect(() => nas.proxies.naswot({ inputs: one })).toThrow('there must be two inputs or more, got 1');
    tf.dispose(inputs);
    [model, blind, straight].forEach((each) => each.dispose());
  });

  test('Zen: of a linear map how far the noise is carried, the same for each seed, and nothing changes', () => {
    const model = models.mlp({ inputWidth: 3, hidden: [5], outputWidth: 2, seed: 1, batchNorm: true });
    const values = () => [...model.parameters().values(), ...model.buffers().values()].flatMap(({ variable }) => Array.from(variable.dataSync())); // prettier-ignore
    const before = [values(), tf.memory().numTensors] as const;
    const zen = (options: Partial<nas.proxies.ZenOptions> = {}) =>
      nas.proxies.zen({ inputShape: [3], repeats: 4, ...options }).score(model);
    expect(zen()).toBe(zen());
    expect(zen({ seed: 1 })).not.toBe(zen());
    expect([values(), tf.memory().numTensors]).toEqual(before);
    expect(() => zen({ at: 'nowhere' })).toThrow('nas.proxies.zen: at must be the path of a module, got nowhere');
    model.dispose();
  });

  test('Zen: a linear map moves features by alpha times the noise through it, and wider ones move more', () => {
    const model = units([[2, 0], [0, 3]]); // prettier-ignore
    const [inputs, noise] = [tf.tensor2d([[1, 1]]), tf.tensor2d([[1, -1]])];
    // |2 * 0.1| + |3 * -0.1| at the first layer.
    expect(expressivity(model, { inputs, noise, alpha: 0.1, at: '0' })).toBeCloseTo(Math.log(0.5), 4);
    const score = (hidden: number[]) => {
      const net = models.mlp({ inputWidth: 8, hidden, outputWidth: 4 });
      const found = nas.proxies.zen({ inputShape: [8] }).score(net);
      net.dispose();
      return found;
    };
    expect(score([8])).toBeLessThan(score([32]));
    expect(score([32])).toBeLessThan(score([32, 32]));
    tf.dispose([inputs, noise]);
    model.dispose();
  });

  test('an activation is told of where somebody listens, with what goes into it', () => {
    const inputs = three();
    const model = units([[1, 0], [0, 1]]); // prettier-ignore
    const seen: core.ActivationRecord[] = [];
    const ctx = core.Context.create({ observers: [core.observer('activation', (record) => void seen.push(record))] });
    tf.dispose([model.apply(inputs, ctx), model.apply(inputs, core.Context.create())]);
    ctx.dispose();
    expect(seen).toMatchObject([{ path: '0', activation: 'relu', shape: [3, 2] }]);
    expect(Array.from(seen[0].inputs)).toEqual([1, 0, 0, 1, -1, -1]);
    model.dispose();
    inputs.dispose();
  });
});
