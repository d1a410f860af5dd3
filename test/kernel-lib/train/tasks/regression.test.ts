import { core, layers, tf, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const { Random } = core;
const { tasks } = train;

/** Gives what it is given. */
class Same extends core.Module {
  readonly kind = 'same';
  override apply(x: tf.Tensor): tf.Tensor {
    return x.clone();
  }
}

test('measures mean squared error and explained variance over all of the validation data', async () => {
  const [inputs, targets] = [tf.tensor2d([[1, 0], [2, 4], [4, 5]]), tf.tensor2d([[1, 1], [2, 4], [6, 4]])]; // prettier-ignore
  const task = tasks.regression({ inputs, targets, validation: { inputs, targets }, batchSize: 2 });
  const { loss, r2 } = await train.evaluate(new Same(), task);
  // Errors 1, 4, 1; targets around their means, 3 and 3: 4 + 1 + 9 and 4 + 1 + 1.
  expect(loss).toBeCloseTo(6 / 6, 5);
  expect(r2).toBeCloseTo(1 - 6 / 20, 5);
  tf.dispose([inputs, targets]);
});

test('a linear map is learnt from noiseless targets, of inputs of any shape', async () => {
  const inputs = Random.fromSeed(1).normal([64, 2, 3]);
  const map = Random.fromSeed(2).normal([3, 2]) as tf.Tensor2D;
  const targets = tf.tidy(() => inputs.reshape<tf.Tensor2D>([-1, 3]).matMul(map).reshape([64, 2, 2]));
  const model = new layers.Linear({ inputWidth: 3, outputWidth: 2, random: Random.fromSeed(3) });
  const task = tasks.regression({ inputs, targets, validation: { inputs, targets }, batchSize: 16 });
  const options = { steps: 300, seed: 1, learningRate: 0.03, weightDecay: 0, progress: false };
  const { validation } = await train.fit(model, task, options);
  expect(validation.at(-1)!.r2).toBeGreaterThan(0.999);
  tf.dispose([inputs, map, targets]);
  model.dispose();
});

test('refuses predictions of another shape, and targets of another number', async () => {
  const [inputs, targets] = [tf.zeros([3, 2]), tf.zeros([3, 1])];
  const model = new layers.Linear({ inputWidth: 2, outputWidth: 2, random: Random.fromSeed(1) });
  const run = train.fit(model, tasks.regression({ inputs, targets, batchSize: 3 }), { steps: 1, progress: false });
  await expect(run).rejects.toThrow('train.tasks.regression: the model must give predictions [3, 1], got [3, 2]');
  expect(() => tasks.regression({ inputs, targets: inputs.slice([0, 0], [2, 2]) })).toThrow('as many rows');
  tf.dispose([inputs, targets]);
  model.dispose();
});
