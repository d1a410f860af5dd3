import { core, layers, models, nas, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../support/numeric';

const { Axis, Context, Module, Parameter, Random } = core;

/** A parameter w, and a choice whose parts decide what w is drawn to. */
class Toy extends Module {
  readonly kind = 'toy';
  readonly w: core.Parameter;
  readonly mixed: nas.MixedOperation;

  constructor() {
    super();
    const scalar = (value: number) => Parameter.over([Axis.fixed('n', 1)], (shape) => tf.fill(shape, value));
    this.w = this.addParameter('w', scalar(0.3));
    const times = (factor: number) =>
      new (class extends Module {
        readonly kind = 'times';
        override apply = (x: tf.Tensor) => x.mul(factor);
      })();
    this.mixed = this.addChild('mixed', new nas.MixedOperation({ operations: { two: times(2), minus: times(-1) }, random: Random.fromSeed(0) })); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => this.mixed.apply(x, ctx.within('mixed')).mul(this.w.read()));
  }
}

const fixed = { kind: 'toy', fixed: {}, batch: () => 0 } as const;
/** (w - a)^2 where a is what the choice makes of 1: training draws w to it. */
const training: train.Task<number> = {
  ...fixed,
  loss: (model, _batch, ctx) => {
    const { w, mixed } = model as Toy;
    return w.read().sub(mixed.apply(tf.tensor1d([1]), ctx.within('mixed'))).square().sum() as tf.Scalar; // prettier-ignore
  }
};
/** (w - 2)^2, of which the choice is no part. */
const validation: train.Task<number> = {
  ...fixed,
  loss: (model) => (model as Toy).w.read().sub(2).square().sum() as tf.Scalar
};

describe('nas.darts', () => {
  test('of the second order: an architecture that the loss on validation does not depend on is led to where training helps it', async () => {
    const model = new Toy();
    const { parts } = await nas.darts(model, {
      ...{ task: training, validation, steps: 60, order: 'second', learningRate: 0.1, architectureRate: 0.05 },
      ...{ weightDecay: 0, clipNorm: Infinity, schedule: 'constant', warmup: 0 }
    });
    // To bring w to 2 training must draw it there: all of "two".
    expect(parts.mixed.two).toBeGreaterThan(0.85);
    // Of the first order there is no gradient at all.
    const other = new Toy();
    const first = nas.darts(other, { task: training, validation, steps: 5, order: 'first' });
    await expect(first).rejects.toThrow('Cannot find a connection between any variable and the result');
    expect(other.parameters().get('mixed.alpha')!.trainable).toBe(true);
    [model, other].forEach((each) => each.dispose());
  });

  test('one step of the second order by hand: the gradient through a step of descent', async () => {
    const model = new Toy();
    const [a0, a1] = tf.tidy(() => [...model.parameters().get('mixed.alpha')!.read().dataSync()]);
    // With p the part of "two", a = 2 p - (1 - p); w' = w - 2 x (w - a); d (w' - 2)^2 / d alpha = 2 (w' - 2) 2 x da, da = 3 p (1 - p) (+, -).
    const p = 1 / (1 + Math.exp(a1 - a0));
    const [w, x, rate] = [0.3, 0.1, 0.01];
    const ahead = w - 2 * x * (w - (3 * p - 1));
    const gradient = 2 * (ahead - 2) * 2 * x * 3 * p * (1 - p);
    // Adam's first step goes the whole rate against the sign; both parameters move apart, and decay takes 0.
    await nas.darts(model, { task: training, validation, steps: 1, learningRate: x, warmup: 0, schedule: 'constant', architectureRate: rate, architectureDecay: 0 }); // prettier-ignore
    expect(gradient).toBeLessThan(0);
    const [b0, b1] = tf.tidy(() => [...model.parameters().get('mixed.alpha')!.read().dataSync()]);
    expect(b0 - a0).toBeCloseTo(rate, 4);
    expect(b1 - a1).toBeCloseTo(-rate, 4);
    model.dispose();
  });

  test('finds the operation that the data are made by, in both orders, and settles on it without a change of what it computes', async () => {
    const inputs = tf.randomNormal([256, 8], 0, 1, 'float32', 1);
    // Targets are a linear map of the input: skipping, or nothing, cannot give it.
    const targets = tf.tidy(() => tf.matMul(inputs as tf.Tensor2D, tf.randomNormal([8, 8], 0, 1, 'float32', 2)));
    const [seen, unseen] = [0, 128].map((first) =>
      train.tasks.regression({
        inputs: inputs.slice([first, 0], [128, 8]),
        targets: targets.slice([first, 0], [128, 8]),
        batchSize: 64
      })
    );
    for (const order of ['first', 'second'] as const) {
      const random = Random.fromSeed(4);
      const linear = new layers.Linear({ inputWidth: 8, outputWidth: 8, random: random.child('linear') });
      const nothing = new (class extends Module {
        readonly kind = 'nothing';
        override apply = (x: tf.Tensor) => tf.zerosLike(x);
      })();
      const skip = new (class extends Module {
        readonly kind = 'skip';
        override apply = (x: tf.Tensor) => x.clone();
      })();
      const model = new nas.MixedOperation({ operations: { nothing, skip, linear }, random });
      const { chosen, entropies, parts } = await nas.darts(model, {
        task: seen,
        validation: unseen,
        steps: 60,
        order,
        learningRate: 0.05,
        architectureRate: 0.05
      });
      expect(chosen['']).toBe('linear');
      expect(Object.values(parts['']).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      expect(entropies.at(-1)).toBeLessThan(0.7 * Math.log(3));
      const alone = tf.tidy(() => [...linear.apply(inputs, Context.create()).dataSync()]);
      expect(nas.settle(model)).toEqual({ '': 'linear' });
      expect([...model.parameters().keys()]).toEqual(['linear.weight', 'linear.bias']);
      expect(tf.tidy(() => [...model.apply(inputs, Context.create()).dataSync()])).toEqual(alone);
      expect(nas.settle(model)).toEqual({ '': 'linear' });
      model.dispose();
    }
    tf.dispose([inputs, targets]);
  });

  test('leaves nothing behind but what it trained', async () => {
    const model = new Toy();
    await nas.darts(model, { task: training, validation, steps: 1 });
    const before = tf.memory().numTensors;
    await nas.darts(model, { task: training, validation, steps: 3 });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    expectNoLeak(() => new Toy().dispose());
  });

  test('refuses models without a choice, one operation, operations of other shapes and options out of range', async () => {
    const plain = models.mlp({ inputWidth: 2, hidden: [], outputWidth: 1 });
    const of = { task: training, validation, steps: 1 };
    await expect(nas.darts(plain, of)).rejects.toThrow('nas.darts: the model must have a mixed operation, got mlp');
    expect(() => nas.settle(plain)).toThrow('nas.settle: the model must have a mixed operation, got mlp');
    const random = Random.fromSeed(0);
    const linear = (outputWidth: number) => new layers.Linear({ inputWidth: 2, outputWidth, random });
    expect(() => new nas.MixedOperation({ operations: { one: plain }, random })).toThrow('nas.MixedOperation: there must be two operations or more, got 1'); // prettier-ignore
    const uneven = new nas.MixedOperation({ operations: { a: linear(2), b: linear(3) }, random });
    expect(() => uneven.apply(tf.ones([1, 2]), Context.create())).toThrow('operations must give one shape ([1, 2]), got [1, 3]'); // prettier-ignore
    const toy = new Toy();
    await expect(nas.darts(toy, { ...of, steps: 0 })).rejects.toThrow('nas.darts: steps must be an integer of at least 1, got 0'); // prettier-ignore
    await expect(nas.darts(toy, { ...of, order: 'third' as never })).rejects.toThrow('nas.darts: order must be one of first, second'); // prettier-ignore
    [plain, uneven, toy].forEach((each) => each.dispose());
  });
});
