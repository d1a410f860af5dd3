import { core, models, prune, tf, train } from '@switchyard/kernel-lib';

const { Random } = core;
export const FEATURES = 12;
export const CLASSES = 4;

/** Four clients of Gaussian classes in 12 dimensions, each with three quarters of its examples of one class, and a test set of all. */
export function federation(seed: number, examples = 64) {
  const random = Random.fromSeed(seed).child('federation');
  const centres = random.child('centres').normal([CLASSES, FEATURES], 0, 1.2) as tf.Tensor2D;
  const draw = (name: string, labels: number[]) => {
    const noise = random.child(name).normal([labels.length, FEATURES]);
    return { inputs: tf.gather(centres, tf.tensor1d(labels, 'int32')).add<tf.Tensor2D>(noise), labels };
  };
  const clients = Array.from({ length: CLASSES }, (_, own) => {
    const labels = Array.from({ length: examples }, (_, i) => (i % 4 < 3 ? own : Math.floor(i / 4) % CLASSES));
    const { inputs } = draw(`client ${own}`, labels);
    return { name: `client ${own}`, inputs, task: train.tasks.classification({ inputs, labels, batchSize: 32 }) as unknown as train.Task }; // prettier-ignore
  });
  const test = draw(
    'test',
    Array.from({ length: 400 }, (_, i) => i % CLASSES)
  );
  return { clients, test };
}

export const network = (seed: number, hidden = [32, 32]): models.Mlp =>
  models.mlp({ inputWidth: FEATURES, hidden, outputWidth: CLASSES, batchNorm: true, seed });

/** Models of one network, each pruned at the server, without data, to the density: by magnitude, or at random. */
export function candidatesOf(model: models.Mlp, density: number, seeds: readonly number[]): models.Mlp[] {
  return seeds.map((seed) => prune.unstructured(model, { sparsity: 1 - density, importance: prune.random({ seed }), scope: 'local' }).model); // prettier-ignore
}

/** Share of a test set that is classified rightly. */
export function accuracyOn(model: core.Module, { inputs, labels }: { inputs: tf.Tensor; labels: number[] }): number {
  const ctx = core.Context.create();
  const classes = tf.tidy(() => model.apply(inputs, ctx).argMax(1).dataSync());
  ctx.dispose();
  return labels.filter((label, i) => classes[i] === label).length / labels.length;
}
