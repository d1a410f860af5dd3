/** @file Steps of small models, worked out by hand; what the loop refuses that no other test reaches. */
import { core, layers, moe, routers, tf, train } from '@switchyard/kernel-lib';
import { parseHistory } from '@switchyard/kernel-lib/dist/train/loop/history.js';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { SHORT, smallModel, smallText } from '../../../support/runs';

const { Random } = core;

const { Axis } = core;

/** A parameter with axes of its own. */
const parameterOf = (values: tf.Tensor, decay = false) =>
  new core.Parameter(values, { axes: values.shape.map((size, i) => Axis.fixed(`axis${i}`, size)), decay });

/** One matrix, whose loss is named in parts; the gradient of their sum is 1 in each value. */
class Values extends core.Module {
  readonly kind = 'values';
  readonly values = this.addParameter('values', parameterOf(tf.ones([2, 2])));
  readonly others = this.addParameter('others', parameterOf(tf.ones([2])));

  override ownFlops(): number {
    return 0;
  }

  apply(): tf.Tensor {
    return this.values.read();
  }
}

type Losses = Record<string, (model: Values) => tf.Scalar>;
const sums: Losses = { values: (model) => model.values.read().sum(), others: (model) => model.others.read().sum().mul(2) }; // prettier-ignore

function taskOf(losses: Losses, auxiliary: Record<string, number> = {}): train.Task {
  return {
    kind: 'sums',
    fixed: {},
    batch: (step) => step,
    loss: (model, _batch, ctx) => {
      Object.entries(auxiliary).forEach(([name, value]) => ctx.addLoss(name, tf.scalar(value)));
      return Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, loss(model as Values)]));
    }
  };
}

const OPTIONS = { steps: 50, learningRate: 0.01, schedule: 'constant', weightDecay: 0 } as const;

describe('a step', () => {
  test('is as long as its rate, which the warm-up takes a tenth of the steps to reach; each path by its own factor', () => {
    expectNoLeak(() => {
      const model = new Values();
      const rates = new Map([['others', 0.5]]);
      const stepper = train.stepper(model, taskOf(sums, { 'a/balance': 0.25, 'b/balance': 0.5 }), {
        ...OPTIONS,
        rates
      });
      const scalars = [1, 2, 3, 4, 5, 6].map(() => stepper.step());
      expect(scalars.map(({ learningRate }) => learningRate)).toEqual([0.002, 0.004, 0.006, 0.008, 0.01, 0.01]);
      // Parts under their names, auxiliary losses of one name together; the loss is the sum of the parts.
      expect(scalars[0]).toEqual({
        ...{ 'loss/train': 8, 'loss/train/values': 4, 'loss/train/others': 4, 'auxiliary/balance': 0.75 },
        ...{ learningRate: 0.002, gradientNorm: expect.closeTo(Math.sqrt(4 + 2 * 4), 5) as number }
      });
      // Gradients that stay the same make steps of the rate, whatever their size.
      const gone = 0.002 + 0.004 + 0.006 + 0.008 + 0.01 + 0.01;
      expectClose(model.values.variable, new Float32Array(4).fill(1 - gone), 1e-5);
      expectClose(model.others.variable, new Float32Array(2).fill(1 - gone / 2), 1e-5);
      stepper.dispose();
      model.dispose();
    });
  });

  test.each<[string, Losses, Record<string, number>]>([
    ['the loss "others"', { ...sums, others: (model) => model.others.read().sum().mul(NaN) }, {}],
    ['the auxiliary loss "/balance"', sums, { balance: Infinity }]
  ])('whose first number that is not finite is %s says so, and changes nothing', (what, losses, auxiliary) => {
    const model = new Values();
    const stepper = train.stepper(model, taskOf(losses, auxiliary), OPTIONS);
    const tensors = tf.memory().numTensors;
    expect(() => stepper.step()).toThrow(`train.stepper: loss and gradients must be finite; at step 1, the first that is not is ${what}, got loss`); // prettier-ignore
    expect([...model.values.variable.dataSync()]).toEqual([1, 1, 1, 1]);
    // Nothing that looked for it is left on the model.
    expect(Object.hasOwn(model, 'apply')).toBe(false);
    expect(tf.memory().numTensors).toBe(tensors);
    stepper.dispose();
    model.dispose();
  });
});

test.each<[string, number]>([
  ['the loss', NaN],
  ['the sum over all values, each of them finite', 1e30]
])('of a task with one loss, without a name, %s is what is not finite', (what, factor) => {
  const model = new Values();
  const task: train.Task = { ...taskOf({}), loss: (of) => (of as Values).values.read().sum().mul<tf.Scalar>(factor) };
  const stepper = train.stepper(model, task, OPTIONS);
  expect(() => stepper.step()).toThrow(`the first that is not is ${what}, got loss`);
  stepper.dispose();
  model.dispose();
});

test.each<[unknown, string]>([
  [null, 'object'],
  [{ losses: [1] }, 'object'],
  [{ losses: 1, validation: [] }, 'object'],
  ['losses', 'string']
])('a history %j that was saved is none', (value, got) => {
  expect(() => parseHistory(value, 'file')).toThrow(`file: history must hold losses and validation, got ${got}`);
  expect(parseHistory({ losses: [1], validation: [], more: 2 }, 'file')).toEqual({ losses: [1], validation: [] });
});

test('without a word on it, a tenth of the steps is the warm-up, and a tenth lies between two looks at the validation text', async () => {
  const rates: number[] = [];
  const watch: train.Watcher = { start() {}, step: ({ scalars }) => void rates.push(scalars.learningRate), end() {} };
  const from = performance.now();
  const { validation, seconds } = await train.fit(smallModel(), smallText(), { steps: 20, schedule: 'constant', learningRate: 0.01, batchSize: 2, progress: false, watch }); // prettier-ignore
  expect(validation.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  expect(rates.slice(0, 4)).toEqual([0.005, 0.01, 0.01, 0.01]);
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual((performance.now() - from) / 1000);
});

describe('train.AdamW', () => {
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 };

  test('forgets the means where it is told to, and nowhere else', () => {
    const parameter = parameterOf(tf.tensor1d([1, 1]));
    const adam = new train.AdamW(new Map([['p', parameter]]), options);
    const gradients = new Map([['p', tf.tensor1d([1, 1])]]);
    const update = () => adam.update(gradients, { learningRate: 0.1, scale: 1 });
    update();
    const tensors = tf.memory().numTensors;
    const where = tf.tensor1d([1, 0]);
    adam.forget('p', where);
    adam.forget('no such path', where);
    expectClose(adam.state().get('firstMoment.p')!, [0, 0.1], 1e-6);
    expectClose(adam.state().get('secondMoment.p')!, [0, 0.001], 1e-7);
    expect(tf.memory().numTensors).toBe(tensors + 1);
    update();
    // The second step of the first value has means of one gradient, corrected for two: 0.1 / 0.19 over the root of 0.001 / 0.001999.
    expectClose(parameter.variable, [0.9 - (0.1 * 0.1) / 0.19 / Math.sqrt(0.001 / 0.001999), 0.8], 1e-5);
    tf.dispose([where, ...gradients.values()]);
    adam.dispose();
    parameter.dispose();
  });

  test('values shrink by rate and decay, outside the step; those of another rate by theirs', () => {
    const [a, b] = [0, 1].map(() => parameterOf(tf.tensor1d([1]), true));
    const adam = new train.AdamW(new Map([['a', a], ['b', b]]), { ...options, rates: new Map([['b', 0.1]]) }); // prettier-ignore
    const zero = tf.zeros([1]);
    adam.update(new Map([['a', zero], ['b', zero]]), { learningRate: 0.2, scale: 1 }); // prettier-ignore
    expectClose(a.variable, [1 - 0.2 * 0.5], 1e-6);
    expectClose(b.variable, [1 - 0.02 * 0.5], 1e-6);
    zero.dispose();
    adam.dispose();
    [a, b].forEach((each) => each.dispose());
  });

  test('refuses a parameter under two paths', () => {
    const parameter = parameterOf(tf.zeros([1]));
    expect(() => new train.AdamW(new Map([['a', parameter], ['b', parameter]]), options)).toThrow('train.AdamW: a parameter must be given once, by one path, got "a" and "b"'); // prettier-ignore
    parameter.dispose();
  });
});

describe('train.muP', () => {
  const build = (width: number) => {
    const random = Random.fromSeed(1);
    const linear = (inputWidth: number, outputWidth: number, seed: number) =>
      new layers.Linear({ inputWidth, outputWidth, bias: seed === 0, random: random.child(seed) });
    return new layers.Sequential([linear(3, width, 0), linear(width, width, 1), linear(width, 2, 2), linear(2, 2, 3)]);
  };
  const size = (module: core.Module, path: string) => tf.tidy(() => module.parameters().get(path)!.variable.square().mean().sqrt().dataSync()[0]); // prettier-ignore

  test('deviations and rates by how a parameter grows, from what the base starts with', () => {
    const base = build(8);
    const { model, rates, report } = train.muP({ build, width: 32, baseWidth: 8 });
    // Four times as wide.
    const expected = { '0.weight': ['input', 1, 1], '0.bias': ['input', 1, 1], '1.weight': ['hidden', 1 / 4, 1 / 2], '2.weight': ['output', 1 / 4, 1 / 4], '3.weight': ['fixed', 1, 1] }; // prettier-ignore
    expect(Object.keys(report)).toEqual(Object.keys(expected));
    for (const [path, [role, rate, growth]] of Object.entries(expected)) {
      expect([report[path].role, report[path].rate, rates.get(path)]).toEqual([role, rate, rate]);
      if (path !== '0.bias') {
        expect(size(model, path) / size(base, path), path).toBeCloseTo(growth as number, 5);
      }
    }
    const plain = build(32);
    expect(report['1.weight'].scale).toBeCloseTo(size(model, '1.weight') / size(plain, '1.weight'), 5);
    // Zeros stay zeros.
    expect([report['0.bias'].scale, size(model, '0.bias')]).toEqual([1, 0]);
    [base, model, plain].forEach((each) => each.dispose());
  });

  test('refuses widths that are none and models that differ in more, and leaves no tensor', () => {
    expect(() => train.muP({ build, width: 0, baseWidth: 8 })).toThrow('train.muP: width must be an integer of at least 1, got 0'); // prettier-ignore
    expect(() => train.muP({ build, width: 8, baseWidth: 0.5 })).toThrow('train.muP: baseWidth must be an integer of at least 1, got 0.5'); // prettier-ignore
    const shorter = (width: number) => (width === 8 ? (build(width).children.get('0') as core.Module) : build(width));
    expect(() => train.muP({ build: shorter, width: 16, baseWidth: 8 })).toThrow('train.muP: both widths must have the parameter, got 0.weight'); // prettier-ignore
    const deeper = (width: number) => moe.layer({ router: routers.topK({ k: 1 }), experts: width / 4, width, hidden: width, random: Random.fromSeed(1) }); // prettier-ignore
    expect(() => train.muP({ build: deeper, width: 16, baseWidth: 8 })).toThrow('train.muP: experts.w1 must differ in its last two axes only from [2, 8, 8], got [4, 16, 16]'); // prettier-ignore
  });
});

test('rates that name nothing of the model, or are none, are refused', () => {
  const model = smallModel();
  const fit = (rates: Map<string, number>) => () => train.fit(model, smallText(), { ...SHORT, rates });
  expect(fit(new Map([['head.weight', -1]]))).toThrow('train.fit: rates of "head.weight" must be a number of at least 0, got -1'); // prettier-ignore
  expect(fit(new Map([['heads', 1]]))).toThrow("train.fit: rates must name the model's parameters, got heads");
  model.dispose();
});

test('options of text are refused with a task, and a task that has nothing to measure on says so', async () => {
  const model = new Values();
  expect(() => train.fit(model, taskOf(sums), { ...OPTIONS, batchSize: 4 } as never)).toThrow('train.fit: batchSize is an option of the task, got 4'); // prettier-ignore
  await expect(Promise.resolve().then(() => train.evaluate(model, taskOf(sums)))).rejects.toThrow('train.evaluate: the task must have validation data, got sums'); // prettier-ignore
  model.dispose();
});
