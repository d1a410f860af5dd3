import { tf } from '../../base/backend';
import { maskedByCaller } from '../../base/core';
import type { Context, Parameter } from '../../base/core';
import type { Task } from '../tasks/task';
import { globalNorm } from './globalNorm';

/** One pass forward and back. */
export interface Pass {
  /** Gradients by parameter path; parameters that the loss does not depend on have none. The caller's. */
  gradients: Map<string, tf.Tensor>;
  /** The task's loss: the sum of its parts. */
  loss: number;
  /** Its parts by name; empty where it is one. */
  parts: Record<string, number>;
  /** Sum over the layers of each auxiliary loss, by its name, as it enters the total. */
  auxiliary: Record<string, number>;
  /** Euclidean norm of all gradients together. */
  gradientNorm: number;
}

/**
 * Loss and gradients of a batch: what the task says, and the auxiliary losses of `ctx`. One read from the device.
 *
 * @param held - Masks (bool) of parameters that are 0 where they are false: `core.hold`. Their gradients are not masked yet, the norm is as if they were.
 */
export function gradients(
  lossOf: (ctx: Context) => ReturnType<Task['loss']>,
  parameters: ReadonlyMap<string, Parameter>,
  ctx: Context,
  held: ReadonlyMap<string, tf.Tensor> = new Map()
): Pass {
  const own: [string, tf.Scalar][] = [];
  const total = (): tf.Scalar => {
    own.push(...namedLosses(lossOf(ctx)).map(([name, loss]): [string, tf.Scalar] => [name, tf.keep(loss)]));
    return tf.addN([...own.map(([, loss]) => loss), ...ctx.losses.values()]);
  };
  const variables = [...parameters.values()].map(({ variable }) => variable);
  const pass = (): ReturnType<typeof variableGrads> => variableGrads(total, variables);
  const { value, grads } = held.size > 0 ? maskedByCaller(pass) : pass();
  const byPath = new Map<string, tf.Tensor>();
  for (const [path, { variable }] of parameters) {
    const gradient = (grads as Partial<typeof grads>)[variable.name];
    if (gradient !== undefined) {
      byPath.set(path, gradient);
    }
  }
  const kept = own.map(([, loss]) => loss);
  const [gradientNorm, ...losses] = read([globalNorm(byPath, held), ...kept, ...ctx.losses.values()]);
  tf.dispose([value, ...kept]);
  const parts = Object.fromEntries(own.flatMap(([name], i) => (name === '' ? [] : [[name, losses[i]]])));
  const loss = losses.slice(0, own.length).reduce((sum, part) => sum + part, 0);
  const auxiliary = sumByName([...ctx.losses.keys()], losses.slice(own.length));
  return { gradients: byPath, loss, parts, gradientNorm, auxiliary };
}

/** A task's losses by name; the name of a single one is empty. */
export function namedLosses(losses: ReturnType<Task['loss']>): [string, tf.Scalar][] {
  return losses instanceof tf.Tensor ? [['', losses]] : Object.entries(losses);
}

/** As `tf.variableGrads`, which leaves behind what it kept for the way back where `f` throws. */
function variableGrads(f: () => tf.Scalar, variables: tf.Variable[]): ReturnType<typeof tf.variableGrads> {
  const failures: Error[] = [];
  const guarded = (): tf.Scalar => {
    try {
      return f();
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)));
      return tf.addN(variables.map((variable) => variable.sum<tf.Scalar>()));
    }
  };
  const result = tf.variableGrads(guarded, variables);
  if (failures.length > 0) {
    throw failures[0];
  }
  return result;
}

function read(scalars: tf.Scalar[]): number[] {
  return tf.tidy(() => Array.from(tf.stack(scalars).dataSync()));
}

/** Keys are "path/name". */
function sumByName(keys: readonly string[], values: readonly number[]): Record<string, number> {
  const sums: Record<string, number> = {};
  keys.forEach((key, i) => {
    const name = key.slice(key.lastIndexOf('/') + 1);
    sums[name] = (sums[name] ?? 0) + values[i];
  });
  return sums;
}
