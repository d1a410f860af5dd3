import { tf } from '../../base/backend';
import { Context, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { BatchNorm } from '../../nn/layers';
import { checkCalibration } from '../prune/importance/parts/calibration';

/** Means and variances of batch norms, by path of the buffer. */
export type Statistics = Map<string, tf.Tensor>;

/**
 * Statistics of a model's batch norms on inputs, each of one pass: the means over passes of a batch's mean and (unbiased) variance, each layer's
 * taken behind the layers before it normalised by their own, as in training. The model stays as it is. The caller disposes them.
 */
export function measureStatistics(where: string, model: Module, inputs: tf.Tensor | readonly tf.Tensor[]): Statistics {
  checkCalibration(where, inputs, {});
  const norms = [...model.modules()].filter(([, module]) => module instanceof BatchNorm);
  if (norms.length === 0) {
    fail(where, 'calibration is for models with batch norms', model.kind);
  }
  const passes = inputs instanceof tf.Tensor ? [inputs] : inputs;
  const sums: Statistics = new Map();
  const add = (path: string, value: tf.Tensor): void => {
    const before = sums.get(path);
    sums.set(path, tf.keep(before === undefined ? value.clone() : before.add(value)));
    before?.dispose();
  };
  const buffers = model.buffers();
  const release = norms.map(([path, module]) =>
    module.intercept((inner, x) => {
      const { mean, variance } = tf.moments(x.reshape([-1, x.shape.at(-1)!]), 0);
      const count = x.size / x.shape.at(-1)!;
      add(`${path}.mean`, mean);
      add(`${path}.variance`, variance.mul(count / Math.max(1, count - 1)));
      const own = { mean, variance };
      const undo = (['mean', 'variance'] as const).map((name) => buffers.get(`${path}.${name}`)!.wrap(() => own[name]));
      try {
        return inner(x);
      } finally {
        undo.forEach((each) => each());
      }
    })
  );
  try {
    passes.forEach((x) => {
      const ctx = Context.create();
      try {
        tf.tidy(() => void model.apply(x, ctx));
      } finally {
        ctx.dispose();
      }
    });
    return tf.tidy(() => new Map([...sums].map(([path, sum]) => [path, tf.keep(sum.div(passes.length))])) as never);
  } finally {
    release.forEach((undo) => undo());
    sums.forEach((sum) => sum.dispose());
  }
}
