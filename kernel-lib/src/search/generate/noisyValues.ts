import { tf } from '../../base/backend';
import { fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import type { FlowBatch } from '../../train/tasks/flow';
import { noised } from '../../train/tasks/scoreMatching';
import type { ScoreMatchingOptions } from '../../train/tasks/scoreMatching';
import type { Task } from '../../train/tasks/task';
import { scaleOf } from '../predictors/predictor';

/**
 * The task of a predictor that guides a diffusion: values, standardised, of points in noise; [B, D + 2] to [B, 1], by the mean squared error.
 *
 * @throws {SwitchyardError} where there are not as many values as points, two or more, or values are all the same.
 */
export function noisyValues(options: Required<ScoreMatchingOptions> & { values: readonly number[] }): Task<FlowBatch> {
  const { data, sde, batchSize, values } = options;
  const where = 'nas.generate.diffusion: predictor';
  if (values.length !== data.shape[0] || values.length < 2) {
    fail(where, `there must be as many values as points (${data.shape[0]}), two or more`, values.length);
  }
  if (values.some((value) => !Number.isFinite(value)) || values.every((value) => value === values[0])) {
    fail(where, 'values must be finite and differ', values);
  }
  const { mean, std } = scaleOf(values);
  const standard = values.map((value) => (value - mean) / std);
  return {
    kind: 'noisy-values',
    fixed: {},
    batch: (step, seed) => ({ random: Random.fromSeed(seed).child('noisyValues').child(step) }),
    loss: (model: Module, { random }: FlowBatch, ctx) => {
      const { inputs, rows } = noised({ data, sde, count: batchSize }, random);
      const right = tf.gather(tf.tensor1d(standard), rows).expandDims(1);
      return tf.losses.meanSquaredError<tf.Tensor, tf.Scalar>(right, model.apply(inputs, ctx));
    }
  };
}
