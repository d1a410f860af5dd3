import { tf } from '../../base/backend';
import type { Context, Module } from '../../base/core';
import type { Task } from '../tasks/task';
import { namedLosses } from './gradients';

/**
 * Runs a pass again to find where values stop being finite: a parameter, else the output of the first module (the
 * innermost), else the task's loss, else an auxiliary loss, else the gradient nearest to the loss. Reads much from the device; for
 * a run that has failed anyway.
 *
 * @param lossOf - Runs the model; auxiliary losses are in `ctx` afterwards.
 */
export function findNonFinite(
  model: Module,
  gradients: ReadonlyMap<string, tf.Tensor>,
  ctx: Context,
  lossOf: (ctx: Context) => ReturnType<Task['loss']>
): string {
  for (const [path, { variable }] of model.parameters()) {
    if (!isFinite(variable)) {
      return `the parameter "${path}"`;
    }
  }
  let losses: [string, tf.Tensor][] = [];
  const output = firstOutput(model, () => (losses = namedLosses(lossOf(ctx))));
  if (output !== null) {
    return `the output of "${output}"`;
  }
  for (const [name, loss] of losses) {
    if (!isFinite(loss)) {
      return name === '' ? 'the loss' : `the loss "${name}"`;
    }
  }
  for (const [name, loss] of ctx.losses) {
    if (!isFinite(loss)) {
      return `the auxiliary loss "${name}"`;
    }
  }
  // Backwards: a gradient that is not finite spoils all those before it.
  for (const [path, gradient] of [...gradients].reverse()) {
    if (!isFinite(gradient)) {
      return `the gradient of "${path}"`;
    }
  }
  return 'the sum over all values, each of them finite';
}

/** Path of the first module whose output is not finite, or null. */
function firstOutput(model: Module, forward: () => void): string | null {
  let found: string | null = null;
  const release = [...model.modules().values()].map((module) =>
    module.intercept((inner, x, { path }) => {
      const output = inner(x);
      if (found === null && !isFinite(output)) {
        found = path === '' ? module.kind : path;
      }
      return output;
    })
  );
  try {
    forward();
  } finally {
    release.forEach((undo) => undo());
  }
  return found;
}

function isFinite(x: tf.Tensor): boolean {
  return tf.tidy(() => tf.isFinite(x).all().dataSync()[0] === 1);
}
