import { tf } from '../../base/backend';
import { Context, fail } from '../../base/core';
import type { Module } from '../../base/core';
import * as ops from '../../base/ops';

/** Options of `adaptive.featureDistance`. */
export interface FeatureDistanceOptions {
  /** Modules, by path, that both models have and that give as many values. */
  paths: readonly string[];
  /** Inputs of both models. */
  x: tf.Tensor;
}

/**
 * Mean squared difference of what modules of two models give: the loss that makes a smaller model's features those of a larger one
 * (FitNets, arXiv 1412.6550; how A-SDM, arXiv 2406.00210, tunes what it assembled). No gradient reaches the teacher.
 *
 * @throws {SwitchyardError} where a model has no such module.
 */
export function featureDistance(teacher: Module, student: Module, { paths, x }: FeatureDistanceOptions): tf.Scalar {
  return tf.tidy(() => {
    const wanted = ops.withoutGradient(() => tf.concat1d(featuresOf(teacher, paths, x)));
    return tf.losses.meanSquaredError(wanted, tf.concat1d(featuresOf(student, paths, x)));
  });
}

// In the order of the paths, flat.
function featuresOf(model: Module, paths: readonly string[], x: tf.Tensor): tf.Tensor1D[] {
  const found = new Map<string, tf.Tensor1D>();
  const all = model.modules();
  const modules = [...new Set(paths)].map(
    (path) =>
      [path, all.get(path) ?? fail('adaptive.featureDistance', `the model must have "${path}"`, model.kind)] as const
  );
  const release = modules.map(([path, module]) =>
    module.intercept((inner, input) => {
      const value = inner(input);
      found.get(path)?.dispose();
      // Kept, for the tidy of a module further out would take it away.
      found.set(path, tf.keep(value.flatten()));
      return value;
    })
  );
  const ctx = Context.create();
  try {
    model.apply(x, ctx);
    return paths.map(
      (path) => found.get(path)?.clone() ?? fail('adaptive.featureDistance', 'the module must be applied', path)
    );
  } finally {
    release.forEach((undo) => undo());
    found.forEach((value) => value.dispose());
    ctx.dispose();
  }
}
