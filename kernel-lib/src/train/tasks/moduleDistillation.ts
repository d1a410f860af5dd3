import type { tf } from '../../base/backend';
import { Context, expectNumber, fail } from '../../base/core';
import type { Module } from '../../base/core';
import * as ops from '../../base/ops';
import { softLoss } from './distillation';
import type { LogitTask, Metrics, Task } from './task';

/** Options of `train.tasks.moduleDistillation`. */
export interface ModuleDistillationOptions {
  /** Model that modules of both are plugged into, which gives logits. It stays as it is; the caller keeps it. */
  meta: Module;
  /** Path of its module that they stand in for. */
  at: string;
  /** Module of the teacher, such as a block of a trained network, or several as one. It stays as it is; the caller keeps it. */
  teacher: Module;
  /** Temperature that logits are divided by; above 0. Default 1. */
  temperature?: number;
}

/**
 * Distillation from module to module (m2mKD, arXiv 2402.16918): the model that is trained, and a module of a teacher, are each plugged into one meta model in
 * the same place, and the loss is `T^2 KL(teacher || student)` of the logits that it then gives. Meta model and teacher are not trained, and run as outside
 * of training. Widths that differ are bridged by linear maps in the student or the teacher's module. Not measured: a module alone gives no logits.
 *
 * @throws {SwitchyardError} where the meta model has no such module, or the temperature is not above 0; in `fit`, where logits are of other shapes.
 */
export function moduleDistillation<B, E extends Metrics>(
  task: LogitTask<B, E>,
  { meta, at, teacher, temperature = 1 }: ModuleDistillationOptions
): Task<B> {
  expectNumber(WHERE, 'temperature', temperature, Number.MIN_VALUE);
  const place = meta.modules().get(at) ?? fail(WHERE, 'at must name a module of the meta model', at);
  const settled = task.on?.(meta) ?? task;
  const logits = (module: Module, inputs: tf.Tensor, rows: number, ctx: Context): tf.Tensor2D => {
    const undo = place.intercept((_, x, own) => module.apply(x, own));
    try {
      return meta.apply(inputs, ctx).reshape<tf.Tensor2D>([rows, -1]);
    } finally {
      undo();
    }
  };
  return {
    kind: 'moduleDistillation',
    fixed: { ...settled.fixed, task: settled.kind, at, temperature },
    get hash() {
      return settled.hash;
    },
    batch: (step, seed) => settled.batch(step, seed),
    loss: (student, batch, ctx) => {
      const { inputs, labels } = settled.examples(meta, batch);
      const wanted = ops.withoutGradient(() => outside((own) => logits(teacher, inputs, labels.size, own)));
      return softLoss(wanted, logits(student, inputs, labels.size, ctx), temperature, WHERE);
    }
  };
}

const WHERE = 'train.tasks.moduleDistillation';

/** Runs a pass outside of training. */
function outside<T>(f: (ctx: Context) => T): T {
  const ctx = Context.create();
  try {
    return f(ctx);
  } finally {
    ctx.dispose();
  }
}
