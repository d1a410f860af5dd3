import { models, prune, routers, tf } from '@switchyard/kernel-lib';

export const ids = tf.tensor2d([[1, 2, 3]], [1, 3], 'int32');
/** A task whose loss is a plain function of the logits. */
export const task: prune.CalibrationTask<number> = {
  batch: (step, seed) => step + seed,
  loss: (model, batch, ctx) => model.apply(ids, ctx).square().mean<tf.Scalar>().mul(batch)
};

/** Every criterion of single values, by its file. */
export const OF_VALUES: Record<string, (seed: number) => prune.ValueImportance> = {
  magnitude: () => prune.magnitude(),
  lamp: () => prune.lamp(),
  normScale: () => prune.normScale(),
  taylor: (seed) => prune.taylor(task, { batches: 2, seed }),
  fisher: (seed) => prune.fisher(task, { batches: 2, seed }),
  hessian: (seed) => prune.hessian(task, { batches: 1, probes: 2, seed }),
  obs: (seed) => prune.obs(task, { batches: 2, seed }),
  wanda: () => prune.wanda(ids),
  sparseGpt: () => prune.sparseGpt(ids),
  random: (seed) => prune.random({ seed })
};

/** Every criterion of whole positions, by its file, with the groups that it can score. */
export const OF_GROUPS: Record<string, { make: () => prune.GroupImportance; include: string[] }> = {
  activationNorm: { make: () => prune.activationNorm(ids), include: ['**.hidden', '**.heads'] },
  geometricMedian: { make: () => prune.geometricMedian(), include: ['**.hidden', '**.heads', 'width'] },
  leaveOneOut: { make: () => prune.leaveOneOut(task), include: ['**.hidden', '**.heads', 'width'] },
  outputDistance: { make: () => prune.outputDistance(ids), include: ['**.hidden', '**.heads', 'width'] },
  routerFrequency: { make: () => prune.routerFrequency(ids), include: ['**.experts'] }
};

const SIZE = { layers: 1, width: 4, heads: 2, contextLength: 4, vocabSize: 5 };
export const dense = (): models.Transformer => models.denseTransformer(SIZE);
export const mixture = (): models.Transformer =>
  models.moeTransformer({ ...SIZE, experts: 4, hidden: 3, router: routers.topK({ k: 2 }) });
