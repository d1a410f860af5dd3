import { tf } from '../../base/backend';
import { Context, expectNumber, fail, showShape } from '../../base/core';
import type { Module } from '../../base/core';
import * as ops from '../../base/ops';
import type { LogitTask, Metrics, Task } from './task';

/** Options of `train.tasks.featureDistillation`. */
export interface FeatureDistillationOptions {
  /** Gives the features that are to be met. It stays as it is; the caller keeps it. */
  teacher: Module;
  /** Module of the student whose output is to be that of a module of the teacher: paths, the student's first. */
  features: Readonly<Record<string, string>>;
  /** Coefficient of the features' loss. Default 1. */
  weight?: number;
}

/**
 * Distillation of features (FitNets, arXiv 1412.6550): beside the task's own loss, "features" is the mean squared difference between what modules of the
 * student and of a teacher give, a mean over pairs. Both give one shape; a student of another width has a linear map at the end of the module that is
 * named. The teacher runs as outside of training. Measured as the task is.
 *
 * @throws {SwitchyardError} where no pair is named or the weight is negative; in `fit`, where a module is not there, or shapes differ.
 */
export function featureDistillation<B, E extends Metrics>(
  task: LogitTask<B, E>,
  options: FeatureDistillationOptions
): Task<B, E> {
  const { teacher, features, weight = 1 } = options;
  const pairs = Object.entries(features);
  expectNumber(WHERE, 'weight', weight, 0);
  if (pairs.length === 0) {
    fail(WHERE, 'features must name modules', 'none');
  }
  const { text } = task;
  return {
    kind: 'featureDistillation',
    fixed: { ...task.fixed, task: task.kind, weight, features: JSON.stringify(features) },
    get hash() {
      return task.hash;
    },
    on: (model) => {
      pairs.forEach(([own, of]) => void (moduleAt(model, own, 'student'), moduleAt(teacher, of, 'teacher')));
      return featureDistillation(task.on?.(model) ?? task, options);
    },
    batch: (step, seed) => task.batch(step, seed),
    loss: (model, batch, ctx) => {
      const shapes: string[] = [];
      const { inputs } = task.examples(model, batch);
      const wanted = ops.withoutGradient(() => teacherFeatures(teacher, pairs, inputs, shapes));
      const given = new Map<string, tf.Tensor>();
      const release = pairs.map(([path]) => keepOutput(moduleAt(model, path, 'student'), path, given));
      try {
        const ofTask = task.loss(model, batch, ctx);
        const flat = pairs.map(([path], i) => {
          const own = checked(path, given.get(path));
          if (showShape(own.shape) !== shapes[i]) {
            fail(WHERE, `features of "${path}" must be of the teacher's shape (${shapes[i]})`, showShape(own.shape));
          }
          return own.flatten();
        });
        const difference = tf.concat1d(flat as tf.Tensor1D[]).sub<tf.Tensor1D>(wanted);
        const loss = meanOfPairs(difference, flat.map(({ size }) => size)); // prettier-ignore
        const parts = ofTask instanceof tf.Tensor ? { task: ofTask } : ofTask;
        return { ...parts, features: loss.mul<tf.Scalar>(weight) };
      } finally {
        release.forEach((undo) => undo());
        tf.dispose([...given.values()]);
      }
    },
    ...(task.evaluate && { evaluate: (model: Module) => task.evaluate!(model) }),
    ...(text && { text }),
    ...(task.tokens && { tokens: (batch: B) => task.tokens!(batch) })
  };
}

const WHERE = 'train.tasks.featureDistillation';

function moduleAt(root: Module, path: string, whose: string): Module {
  return root.modules().get(path) ?? fail(WHERE, `features must name modules of the ${whose}`, path);
}

/** Keeps what a module gives; beyond the tidy that it is computed in. */
function keepOutput(module: Module, path: string, into: Map<string, tf.Tensor>): () => void {
  return module.intercept((inner, x) => {
    const y = inner(x);
    into.get(path)?.dispose();
    into.set(path, tf.keep(y.clone()));
    return y;
  });
}

function checked(path: string, features: tf.Tensor | undefined): tf.Tensor {
  return features ?? fail(WHERE, 'modules that are named must run in a pass', path);
}

/** All features one after the other; their shapes go into `shapes`. */
function teacherFeatures(
  teacher: Module,
  pairs: readonly [string, string][],
  inputs: tf.Tensor,
  shapes: string[]
): tf.Tensor1D {
  const found = new Map<string, tf.Tensor>();
  const paths = [...new Set(pairs.map(([, of]) => of))];
  const release = paths.map((of) => keepOutput(moduleAt(teacher, of, 'teacher'), of, found));
  const ctx = Context.create();
  try {
    teacher.apply(inputs, ctx);
    const features = pairs.map(([, of]) => checked(of, found.get(of)));
    shapes.push(...features.map(({ shape }) => showShape(shape)));
    return tf.concat1d(features.map((each) => each.flatten()));
  } finally {
    release.forEach((undo) => undo());
    tf.dispose([...found.values()]);
    ctx.dispose();
  }
}

/** Mean over pairs of the mean square of each pair's part. */
function meanOfPairs(difference: tf.Tensor1D, sizes: readonly number[]): tf.Scalar {
  let at = 0;
  const parts = sizes.map((size) => {
    at += size;
    return difference
      .slice([at - size], [size])
      .square()
      .mean<tf.Scalar>();
  });
  return tf.addN(parts).div<tf.Scalar>(sizes.length);
}
