import { tf } from '../../base/backend';
import { Random } from '../../base/core';
import type { Context, Module } from '../../base/core';
import { Rows } from './parts/rows';
import type { Task } from './task';

/** Options of `train.tasks.flow`. */
export interface FlowOptions {
  /** Points, [n, D]; the caller keeps them, while a run needs them. */
  data: tf.Tensor2D;
  /** Points of a step, B. Default 128. */
  batchSize?: number;
}

/** Key of what a step draws on the device: rows, noise, times. */
export interface FlowBatch {
  random: Random;
}

/** Points somewhere between noise and data. */
export interface Between {
  /** Points with their time and its square, [B, D + 2]. */
  inputs: tf.Tensor2D;
  /** Where they come from in the data, and the noise; [B, D] each. */
  end: tf.Tensor2D;
  noise: tf.Tensor2D;
  /** Rows of the data, int32 [B]. */
  rows: tf.Tensor1D;
}

/**
 * Conditional flow matching (arXiv 2210.02747): the model is given points between noise and data with their time and its square, [B, D + 2], and
 * gives velocities [B, D]; the loss is their mean squared error to `data - noise`.
 *
 * @throws {SwitchyardError} where there are no points, or the batch size is out of range.
 */
export function flow({ data, batchSize = 128 }: FlowOptions): Task<FlowBatch> {
  const rows = new Rows('train.tasks.flow', [data], batchSize);
  return {
    kind: 'flow',
    fixed: { batchSize },
    get hash() {
      return rows.hash();
    },
    batch: flowBatch,
    loss: (model: Module, { random }: FlowBatch, ctx: Context) => {
      const { inputs, end, noise } = between(data, random, batchSize);
      return tf.losses.meanSquaredError<tf.Tensor, tf.Scalar>(end.sub(noise), model.apply(inputs, ctx));
    }
  };
}

/** The draws of a step, from 1. */
export function flowBatch(step: number, seed: number): FlowBatch {
  return {
    random: Random.fromSeed(seed)
      .child('flow')
      .child(step - 1)
  };
}

/** Points between noise and some rows of the data. */
export function between(data: tf.Tensor2D, random: Random, count: number): Between {
  const rows = random.child('rows').uniform([count], 0, data.shape[0]).floor().toInt() as tf.Tensor1D;
  const end = tf.gather(data, rows);
  const noise = random.child('noise').normal(end.shape) as tf.Tensor2D;
  const t = random.child('time').uniform([count, 1]) as tf.Tensor2D;
  const x = noise.add<tf.Tensor2D>(end.sub(noise).mul(t));
  return { inputs: tf.concat([x, t, t.square()], 1), end, noise, rows };
}
