import type { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail } from '../../base/core';
import type { Module } from '../../base/core';
import * as ops from '../../base/ops';
import type { VisionTransformer } from '../../models/vision';
import { softLoss } from './distillation';
import type { LogitTask, Metrics, Task } from './task';

/** Options of `train.tasks.pathDistillation`. */
export interface PathDistillationOptions {
  /** Lengths of the students: so many of the first blocks, each 0 to one less than there are. */
  short: readonly number[];
  /** Temperature that logits are divided by; above 0. Default 1. */
  temperature?: number;
  /** Coefficient of the students' loss. Default 1. */
  weight?: number;
}

/**
 * Self-distillation of long paths into short ones (arXiv 2308.06548): beside a task's cross entropy, "hard", the ensemble of the paths through the first blocks alone learns the
 * probabilities that all paths give, "soft", `T^2 KL` in the mean over the lengths; what all paths give gets no gradient from it. For a vision transformer with
 * `ensembleScale`. Measured as the task is.
 *
 * @throws {SwitchyardError} where an option is out of range; in `fit`, where the model has no ensemble, or not so many blocks.
 */
export function pathDistillation<B, E extends Metrics>(
  task: LogitTask<B, E>,
  options: PathDistillationOptions
): Task<B, E> {
  const { short, temperature = 1, weight = 1 } = options;
  if (short.length === 0) {
    fail(WHERE, 'short must name lengths', 'none');
  }
  short.forEach((blocks) => expectInteger(WHERE, 'short', blocks, 0));
  expectNumber(WHERE, 'temperature', temperature, Number.MIN_VALUE);
  expectNumber(WHERE, 'weight', weight, 0);
  return {
    kind: 'path-distillation',
    fixed: { ...task.fixed, task: task.kind, short: short.join(','), temperature, weight },
    get hash() {
      return task.hash;
    },
    on: (model) => {
      const { options: built, kind } = model as VisionTransformer;
      if (kind !== 'vit' || built.ensembleScale !== true) {
        fail(WHERE, 'the model must be a vision transformer with ensembleScale', kind);
      }
      short.forEach((blocks) => expectInteger(WHERE, 'short', blocks, 0, built.feedForwards.length - 1));
      return pathDistillation(task.on?.(model) ?? task, options);
    },
    batch: (step, seed) => task.batch(step, seed),
    loss: (model, batch, ctx): Record<string, tf.Scalar> => {
      const { inputs, labels } = task.examples(model, batch);
      const rows = (logits: tf.Tensor): tf.Tensor2D => logits.reshape<tf.Tensor2D>([labels.size, -1]);
      const whole = rows(model.apply(inputs, ctx));
      const wanted = ops.stopGradient(whole) as tf.Tensor2D;
      const soft = short.map((blocks) => {
        const given = (model as VisionTransformer).applyFirst(blocks, inputs, ctx.fork(`first ${blocks}`, false));
        return softLoss(wanted, rows(given), temperature, WHERE);
      });
      const hard = ops.crossEntropy(whole, labels).mean<tf.Scalar>();
      return { hard, soft: soft.reduce((a, b) => a.add(b)).mul(weight / short.length) };
    },
    ...(task.evaluate && { evaluate: (model: Module) => task.evaluate!(model) })
  };
}

const WHERE = 'train.tasks.pathDistillation';
