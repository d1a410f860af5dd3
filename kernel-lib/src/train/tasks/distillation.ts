import { tf } from '../../base/backend';
import { Context, expectNumber, fail, showShape } from '../../base/core';
import type { Module } from '../../base/core';
import * as ops from '../../base/ops';
import type { LogitTask, Metrics, Task } from './task';

/** Options of `train.tasks.distillation`. */
export interface DistillationOptions {
  /** Gives the logits that are to be met, of the same shape as the student's. It stays as it is; the caller keeps it. */
  teacher: Module;
  /** Temperature that logits of both are divided by; above 0. Default 1. */
  temperature?: number;
  /** Coefficient of the mean cross entropy with the task's own labels, which is added. Default 0: labels are not used. */
  hardLoss?: number;
}

/**
 * Distillation (arXiv 1503.02531): a student learns the probabilities that a teacher gives the classes of a task, text or labelled inputs. The
 * loss "soft" is `T^2 KL(teacher || student)` of the softmaxes at temperature T, summed over classes, a mean over rows; "hard" the cross
 * entropy with the labels, times `hardLoss`. The teacher runs as outside of training. Measured as the task is.
 *
 * @throws {SwitchyardError} where an option is out of range; in `fit`, where the logits of both have not one shape.
 */
export function distillation<B, E extends Metrics>(task: LogitTask<B, E>, options: DistillationOptions): Task<B, E> {
  const { teacher, temperature = 1, hardLoss = 0 } = options;
  expectNumber(WHERE, 'temperature', temperature, Number.MIN_VALUE);
  expectNumber(WHERE, 'hardLoss', hardLoss, 0);
  const { text } = task;
  return {
    kind: 'distillation',
    fixed: { ...task.fixed, task: task.kind, temperature, hardLoss },
    get hash() {
      return task.hash;
    },
    on: (model) => distillation(task.on?.(model) ?? task, options),
    batch: (step, seed) => task.batch(step, seed),
    loss: (model, batch, ctx): Record<string, tf.Scalar> => {
      const { inputs, labels } = task.examples(model, batch);
      const wanted = ops.withoutGradient(() => logitsOf(teacher, inputs, labels.size));
      const given = model.apply(inputs, ctx).reshape<tf.Tensor2D>([labels.size, -1]);
      const soft = softLoss(wanted, given, temperature);
      return hardLoss === 0
        ? { soft }
        : { soft, hard: ops.crossEntropy(given, labels).mean<tf.Scalar>().mul(hardLoss) };
    },
    ...(task.evaluate && { evaluate: (model: Module) => task.evaluate!(model) }),
    ...(text && { text }),
    ...(task.tokens && { tokens: (batch: B) => task.tokens!(batch) })
  };
}

const WHERE = 'train.tasks.distillation';

function logitsOf(teacher: Module, inputs: tf.Tensor, rows: number): tf.Tensor2D {
  const ctx = Context.create();
  try {
    return teacher.apply(inputs, ctx).reshape<tf.Tensor2D>([rows, -1]);
  } finally {
    ctx.dispose();
  }
}

/** `T^2 KL(teacher || student)` of the softmaxes at temperature T, a mean over rows. */
export function softLoss(teacher: tf.Tensor2D, student: tf.Tensor2D, temperature: number, where = WHERE): tf.Scalar {
  if (teacher.shape[1] !== student.shape[1]) {
    fail(where, `the student must give logits of the teacher's shape ${showShape(teacher.shape)}`, showShape(student.shape)); // prettier-ignore
  }
  const wanted = tf.logSoftmax(teacher.div<tf.Tensor2D>(temperature));
  const given = tf.logSoftmax(student.div<tf.Tensor2D>(temperature));
  return wanted
    .exp()
    .mul(wanted.sub(given))
    .sum(1)
    .mean<tf.Scalar>()
    .mul(temperature ** 2);
}
