import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { core, io, layers, peft, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { outputOf } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

const { Axis, Buffer, Context, Module, Parameter } = core;
const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-tied-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Multiplies by a matrix and adds an offset, both given. */
class Half extends Module {
  readonly kind = 'half';
  constructor(
    readonly weight: core.Parameter,
    readonly offset: core.Buffer
  ) {
    super();
    this.addParameter('weight', weight);
    this.addBuffer('offset', offset);
  }
  override ownFlops(): number {
    return 2 * this.weight.axes[0].size * this.weight.axes[1].size;
  }
  override apply(x: tf.Tensor, _ctx: core.Context): tf.Tensor {
    return x.matMul(this.weight.read() as tf.Tensor2D).add(this.offset.read());
  }
}

/** Two modules with one matrix and one buffer: x W W. */
class Tied extends Module {
  readonly kind = 'tied';
  readonly axis = Axis.of('width', 3);
  readonly first: Half;
  readonly second: Half;
  constructor(values: number[]) {
    super();
    const weight = Parameter.over([this.axis, this.axis], (shape) => tf.tensor(values, shape));
    const offset = Buffer.over([this.axis], tf.zeros);
    this.first = this.addChild('first', new Half(weight, offset));
    this.second = this.addChild('second', new Half(weight, offset));
  }
  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => this.second.apply(this.first.apply(x, ctx.within('first')), ctx.within('second')));
  }
}

const VALUES = [1, 0, 0.5, 0, 2, 0, 0.25, 0, 1];
const input = (): tf.Tensor2D => tf.tensor2d([[1, 2, 3]]);

/** A task whose loss is the sum of what the model gives for one row. */
const sumOfOutputs = (): train.Task => ({
  kind: 'sum',
  fixed: {},
  batch: () => ({}),
  loss: (model, _batch, ctx) => tf.tidy(() => model.apply(input(), ctx).sum<tf.Scalar>())
});

async function fitOnce(model: core.Module, options: Partial<train.TaskFitOptions> = {}): Promise<void> {
  const settings = { steps: 1, warmup: 0, schedule: 'constant', learningRate: 0.01, weightDecay: 0 } as const;
  await train.fit(model, sumOfOutputs(), { ...settings, clipNorm: Infinity, progress: false, ...options });
}

describe('a parameter and a buffer that two modules hold', () => {
  test('are one each, by the first path', () => {
    const model = new Tied(VALUES);
    expect([...model.parameters().keys()]).toEqual(['first.weight']);
    expect([...model.buffers().keys()]).toEqual(['first.offset']);
    expect([...model.second.parameters().keys()]).toEqual(['weight']);
    expect(model.countParameters()).toBe(9);
    // Both modules multiply, and the matrix is stored once.
    expect(model.cost({ length: 1 })).toEqual({ flops: 2 * 2 * 9, parameters: 9, bytes: 4 * (9 + 3) });
    model.dispose();
  });

  test('are saved once and read back', () => {
    const [one, other] = [new Tied(VALUES), new Tied(VALUES.map(() => 7))];
    const file = path.join(folder, 'tied.safetensors');
    io.saveModel(one, file);
    expect([...io.decodeSafetensors(readFileSync(file), file).tensors.keys()]).toEqual([
      'first.weight',
      'first.offset'
    ]);
    io.loadModel(other, file);
    const x = input();
    expect(outputOf(other, x)).toEqual(outputOf(one, x));
    tf.dispose(x);
    [one, other].forEach((model) => model.dispose());
  });

  test('are updated once: the first step of AdamW is as long as the learning rate', async () => {
    const model = new Tied(VALUES);
    await fitOnce(model);
    // The gradient of each value is positive, so each moves down by the rate.
    expectClose(
      model.first.weight.variable,
      VALUES.map((value) => value - 0.01),
      1e-6
    );
    model.dispose();
  });

  test('count once in the norm that clips', async () => {
    const model = new Tied(VALUES);
    const gradient = tf.tidy(() => {
      const loss = (w: tf.Tensor): tf.Scalar =>
        input()
          .matMul(w as tf.Tensor2D)
          .matMul(w as tf.Tensor2D)
          .sum();
      return tf.grad(loss)(model.first.weight.variable.clone()).norm().dataSync()[0];
    });
    let seen = NaN;
    const watch = {
      start: () => {},
      end: () => {},
      step: ({ scalars }: train.StepReport) => void (seen = scalars.gradientNorm)
    };
    await fitOnce(model, { watch });
    expect(seen).toBeCloseTo(gradient, 4);
    model.dispose();
  });

  test('are in a checkpoint once, and a run resumes from it', async () => {
    const checkpoint = { path: path.join(folder, 'run') };
    const [whole, half, rest] = [new Tied(VALUES), new Tied(VALUES), new Tied(VALUES)];
    await fitOnce(whole, { steps: 4 });
    await fitOnce(half, { steps: 2, checkpoint });
    await fitOnce(rest, { steps: 4, resume: checkpoint.path });
    expect(rest.first.weight.variable.dataSync()).toEqual(whole.first.weight.variable.dataSync());
    [whole, half, rest].forEach((model) => model.dispose());
  });

  test('are cut once when a cut is made lasting', () => {
    const model = new Tied(VALUES);
    model.axis.keep([0, 2]);
    const x = tf.tensor2d([[1, 3]]);
    const cut = outputOf(model, x);
    core.shrink(model);
    expect(model.first.weight.shape).toEqual([2, 2]);
    expect(model.first.weight.variable.dataSync()).toEqual(Float32Array.of(1, 0.5, 0.25, 1));
    expect(outputOf(model, x)).toEqual(cut);
    expect([...core.axesOf(model).values()].flatMap(({ members }) => members)).toHaveLength(3);
    x.dispose();
    model.dispose();
  });

  test('have one adapter', () => {
    const model = new Tied(VALUES);
    const adapters = peft.lora(model, { targets: () => true, rank: 1 });
    expect([...adapters.parameters().keys()]).toEqual(['first.weight.a', 'first.weight.b']);
    adapters.remove();
    model.dispose();
  });

  test('cannot be given to the optimiser twice', () => {
    const model = new Tied(VALUES);
    const twice = new Map(['a', 'b'].map((name) => [name, model.first.weight]));
    const options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 };
    expect(() => new train.AdamW(twice, options)).toThrow(
      'train.AdamW: a parameter must be given once, by one path, got "a" and "b"'
    );
    model.dispose();
  });
});

/** Holds a linear module in two places, and applies it in both. */
class Twice extends Module {
  readonly kind = 'twice';
  readonly linear = new layers.Linear({ inputWidth: 2, outputWidth: 2, random: core.Random.fromSeed(1) });
  constructor() {
    super();
    this.addChild('one', this.linear);
    this.addChild('two', this.linear);
  }
  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => this.linear.apply(this.linear.apply(x, ctx.within('one')), ctx.within('two')));
  }
}

describe('a module that is held in two places', () => {
  test('is intercepted once: each input is captured once, by the path of the pass', () => {
    const model = new Twice();
    const x = tf.tensor2d([[1, 2]]);
    const isLinear = (module: core.Module): module is layers.Linear => module instanceof layers.Linear;
    const captured = core.captureInputs(model, x, isLinear);
    expect(captured.map((each) => each.path)).toEqual(['one', 'two']);
    tf.dispose([x, ...captured.map((each) => each.input)]);
    model.dispose();
  });

  test('gets one adapter, whose effect is there once in each place', () => {
    const model = new Twice();
    const adapters = peft.moeLora(model, { targets: ['*'], granularity: 'rank', rank: 1 });
    expect([...adapters.children.keys()]).toEqual(['one']);
    const ctx = Context.create({ observers: [core.observer('routing', (record) => seen.push(record.path))] });
    const seen: string[] = [];
    const x = tf.tensor2d([[1, 2]]);
    adapters.apply(x, ctx).dispose();
    expect(seen).toEqual(['one.adapter', 'two.adapter']);
    ctx.dispose();
    x.dispose();
    adapters.remove();
    model.dispose();
  });
});
