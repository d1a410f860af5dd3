import { tf } from '../../base/backend';
import { Random } from '../../base/core';
import type { Context, Module } from '../../base/core';
import type { Sde } from '../generative/sde';
import type { FlowBatch } from './flow';
import { Rows } from './parts/rows';
import type { Task } from './task';

/** Options of `train.tasks.scoreMatching`. */
export interface ScoreMatchingOptions {
  /** Points, [n, D]; the caller keeps them, while a run needs them. */
  data: tf.Tensor2D;
  /** The process that makes noise of them. */
  sde: Sde;
  /** Points of a step, B. Default 128. */
  batchSize?: number;
}

/** Some points of the data, each at a time of its own. */
export interface Noised {
  /** Points with their time and its square, [B, D + 2]. */
  inputs: tf.Tensor2D;
  /** The noise in them, [B, D], of standard deviation 1. */
  noise: tf.Tensor2D;
  /** Rows of the data, int32 [B]. */
  rows: tf.Tensor1D;
}

/**
 * Denoising score matching (arXiv 2011.13456): the model is given points at some time of a diffusion, with their time and its square, [B, D + 2], and says the noise that is in them, [B, D]; the loss is
 * its mean squared error. The score is what it says, divided by minus the noise's deviation.
 *
 * @throws {SwitchyardError} where there are no points, or the batch size is out of range.
 */
export function scoreMatching({ data, sde, batchSize = 128 }: ScoreMatchingOptions): Task<FlowBatch> {
  const rows = new Rows('train.tasks.scoreMatching', [data], batchSize);
  return {
    kind: 'score-matching',
    fixed: { batchSize, ...sde.marginal(0.5) },
    get hash() {
      return rows.hash();
    },
    batch: (step, seed) => ({ random: Random.fromSeed(seed).child('scoreMatching').child(step) }),
    loss: (model: Module, { random }: FlowBatch, ctx: Context) => {
      const { inputs, noise } = noised({ data, sde, count: batchSize }, random);
      return tf.losses.meanSquaredError<tf.Tensor, tf.Scalar>(noise, model.apply(inputs, ctx));
    }
  };
}

/** Points drawn from the data, at times drawn evenly from 0.001 to 1. */
export function noised({ data, sde, count }: { data: tf.Tensor2D; sde: Sde; count: number }, random: Random): Noised {
  const rows = random.child('rows').uniform([count], 0, data.shape[0]).floor().toInt() as tf.Tensor1D;
  const times = Array.from(random.child('time').uniform([count], 1e-3, 1).dataSync());
  const marginals = times.map((t) => sde.marginal(t));
  const column = (values: number[]): tf.Tensor2D => tf.tensor2d(values, [count, 1]);
  const noise = random.child('noise').normal([count, data.shape[1]]) as tf.Tensor2D;
  const ends = tf.gather(data, rows).mul(column(marginals.map(({ scale }) => scale)));
  const x = ends.add<tf.Tensor2D>(noise.mul(column(marginals.map(({ deviation }) => deviation))));
  const t = column(times);
  return { inputs: tf.concat([x, t, t.square()], 1), noise, rows };
}
