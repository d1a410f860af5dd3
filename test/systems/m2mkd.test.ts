import { core, layers, models, tf, train } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const SIZE = { inputWidth: 6, hidden: [8, 8, 8], outputWidth: 4 };
const inputs = core.Random.fromSeed(1).normal([128, 6]) as tf.Tensor2D;
const labels = Array.from({ length: 128 }, (_, i) => i % 4);
const task = train.tasks.classification({ inputs, labels, batchSize: 32 });
afterAll(() => inputs.dispose());
const fit = { steps: 80, learningRate: 0.05, evaluateEvery: 0, weightDecay: 0, progress: false } as const;

/** Layers of a network, from one on and up to another, as one module. */
const part = (model: models.Mlp, from: number, to: number): core.Module =>
  new layers.Sequential(Array.from({ length: to - from }, (_, i) => model.modules().get(`${from + i}`)!));
const lossOf = (of: train.Task, module: core.Module): number =>
  tf.tidy(() => (of.loss(module, of.batch(1, 0) as never, core.Context.create()) as tf.Scalar).dataSync()[0]);

describe('[m2mkd]', () => {
  test('the loss of a module is the divergence of the meta model with it in place of the teacher, and trains nothing else', async () => {
    const [meta, teacher] = [models.mlp({ ...SIZE, seed: 1 }), models.mlp({ ...SIZE, seed: 2 })];
    const before = [meta, teacher].map(valuesOf);
    const taught = part(teacher, 1, 2);
    const student = new layers.Linear({ inputWidth: 8, outputWidth: 8, random: core.Random.fromSeed(5) });
    const distil = train.tasks.moduleDistillation(task, { meta, at: '1', teacher: taught, temperature: 2 });
    // By hand: logits of the meta network, layer by layer.
    const through = (middle: core.Module): Float32Array => {
      const run = (x: tf.Tensor, module: core.Module): tf.Tensor => module.apply(x, core.Context.create());
      const [first, third, last] = ['0', '2', '3'].map((path) => meta.modules().get(path)!);
      return tf.tidy(() => tf.logSoftmax(run(run(run(run(inputs, first).relu(), middle).relu(), third).relu(), last).div(2) as tf.Tensor2D).dataSync<'float32'>().slice()); // prettier-ignore
    };
    const rows = distil.batch(1, 0) as { rows: Int32Array };
    const [p, q] = [through(taught), through(student)];
    const kl = [...rows.rows].flatMap((row) => [0, 1, 2, 3].map((c) => Math.exp(p[4 * row + c]) * (p[4 * row + c] - q[4 * row + c]))); // prettier-ignore
    const first = lossOf(distil as train.Task, student);
    expectClose([first], [(4 * kl.reduce((a, b) => a + b, 0)) / 32], 1e-5);
    await train.fit(student, distil, fit);
    expect(lossOf(distil as train.Task, student)).toBeLessThan(0.1 * first);
    expect([meta, teacher].map(valuesOf)).toEqual(before);
    // With the teacher's own module there is nothing to learn.
    expectClose([lossOf(distil as train.Task, taught)], [0], 1e-7);
    expect(Object.hasOwn(meta.modules().get('1')!, 'apply')).toBe(false);
    [meta, teacher, student].forEach((each) => each.dispose());
  });

  test('what does not fit is refused', () => {
    const meta = models.mlp({ ...SIZE, seed: 1 });
    const options = { meta, at: '9', teacher: meta };
    expect(() => train.tasks.moduleDistillation(task, options)).toThrow('train.tasks.moduleDistillation: at must name a module of the meta model, got 9'); // prettier-ignore
    expect(() => train.tasks.moduleDistillation(task, { ...options, at: '1', temperature: 0 })).toThrow('train.tasks.moduleDistillation: temperature'); // prettier-ignore
    meta.dispose();
  });
});
