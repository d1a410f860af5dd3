import { core, tf, type train } from '@switchyard/kernel-lib';

/** Regression of values of all nodes of a graph, y [N, P] from x [N, F], and the share of their variance that a model explains. */
export function nodeTask(x: tf.Tensor2D, y: tf.Tensor2D) {
  const variance = tf.tidy(() => tf.moments(y).variance.dataSync()[0]);
  const loss: train.Task<null>['loss'] = (model, _batch, ctx) => model.apply(x, ctx).sub(y).square().mean<tf.Scalar>();
  const task: train.Task<null> = { kind: 'nodes', fixed: {}, batch: () => null, loss };
  const explained = (model: core.Module): number => {
    const ctx = core.Context.create();
    const error = tf.tidy(() => (loss(model, null, ctx) as tf.Scalar).dataSync()[0]);
    ctx.dispose();
    return 1 - error / variance;
  };
  return { task, explained, dispose: () => tf.dispose([x, y]) };
}
