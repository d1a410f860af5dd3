import { core, models, tf } from '@switchyard/kernel-lib';
import { outputOf, setValue } from './networks';

const { Random } = core;

/** Noisy values of a network of five nodes inside, with two inputs, at points that are seen and at 400 that are not. */
export function plantedRegression(seed: number, count: number, noise: number) {
  const random = Random.fromSeed(seed);
  const teacher = models.mlp({ inputWidth: 2, hidden: [5], outputWidth: 1, seed });
  teacher.parameters().forEach((_, path) => setValue(teacher, path, ({ shape }) => random.child(path).normal(shape, 0, 1.5))); // prettier-ignore
  const draw = (name: string, n: number) => {
    const inputs = random.child(name).normal([n, 2]) as tf.Tensor2D;
    const clean = tf.tensor2d(outputOf(teacher, inputs), [n, 1]);
    return { inputs, targets: clean.add<tf.Tensor2D>(random.child(`${name} noise`).normal([n, 1], 0, noise)) };
  };
  return { seen: draw('seen', count), unseen: draw('unseen', 400) };
}
