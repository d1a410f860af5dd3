import { tf } from '../../base/backend';
import { fail, showShape } from '../../base/core';
import type { Context, Module } from '../../base/core';
import { sumOver } from './parts/measure';
import { Rows } from './parts/rows';
import type { Task } from './task';

/** Inputs and what is to be predicted of each. */
export interface TargetData {
  /** [n, ...]; the caller keeps it, while a run needs it. */
  inputs: tf.Tensor;
  /** [n, ...]; the caller keeps it, while a run needs it. */
  targets: tf.Tensor;
}

export interface RegressionOptions extends TargetData {
  /** Validation data. Default: the model is not measured. */
  validation?: TargetData;
  /** Inputs of a step, B. Default 32. */
  batchSize?: number;
}

/** Mean squared error, and the share of the targets' variance that is explained: `1 - error / variance`, over all outputs together. */
export type RegressionMetrics = { loss: number; r2: number };

/**
 * Regression: the model gives predictions of the targets' shape; the loss is their mean squared error. Each epoch goes through the inputs in an
 * order of its own.
 *
 * @throws {SwitchyardError} where there is not a target for each input; in `fit`, where predictions are of another shape.
 */
export function regression(options: RegressionOptions): Task<Int32Array, RegressionMetrics> {
  const { inputs, targets, validation, batchSize = 32 } = options;
  const seen = new Rows(WHERE, [inputs, targets], batchSize);
  const unseen = validation && new Rows(WHERE, [validation.inputs, validation.targets], batchSize);
  return {
    kind: 'regression',
    fixed: { batchSize },
    get hash() {
      return seen.hash();
    },
    batch: (step, seed) => seen.draw(step, seed),
    loss: (model, batch, ctx) => {
      const [x, y] = seen.take(batch);
      return errors(model, x, y, ctx).square().mean<tf.Scalar>();
    },
    ...(unseen && { evaluate: (model: Module) => measure(model, unseen) })
  };
}

const WHERE = 'train.tasks.regression';

async function measure(model: Module, rows: Rows): Promise<RegressionMetrics> {
  // Of each output: the sum of targets; then of squared errors, and of squared distances to the mean.
  const sums = await sumOver(rows, ([, y]) => flat(y).sum(0));
  const means = Float32Array.from(sums, (sum) => sum / rows.count);
  const [error, variance] = await sumOver(rows, ([x, y], ctx) => {
    const away = flat(y).sub(tf.tensor1d(means));
    return tf.stack([errors(model, x, y, ctx).square().sum(), away.square().sum()]) as tf.Tensor1D;
  });
  return { loss: error / (rows.count * means.length), r2: 1 - error / variance };
}

function flat(y: tf.Tensor): tf.Tensor2D {
  return y.reshape([y.shape[0] ?? 0, -1]);
}

function errors(model: Module, inputs: tf.Tensor, targets: tf.Tensor, ctx: Context): tf.Tensor {
  const predicted = model.apply(inputs, ctx);
  if (showShape(predicted.shape) !== showShape(targets.shape)) {
    fail(WHERE, `the model must give predictions ${showShape(targets.shape)}`, showShape(predicted.shape));
  }
  return predicted.sub(targets);
}
