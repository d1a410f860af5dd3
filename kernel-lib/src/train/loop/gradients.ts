import { tf } from '../../base/backend';
import type { Context, Parameter } from '../../base/core';
import { crossEntropy } from '../../base/ops';
import type { LanguageModel } from '../../models/language';
import type { BatchTensors } from './batchTensors';
import { globalNorm } from './globalNorm';

/** One pass forward and back. */
export interface Pass {
  /** Gradients by parameter path; parameters that the loss does not depend on have none. The caller's. */
  gradients: Map<string, tf.Tensor>;
  /** Mean cross entropy, in nats a token. */
  loss: number;
  /** Sum over the layers of each auxiliary loss, by its name, as it enters the total. */
  auxiliary: Record<string, number>;
  /** Euclidean norm of all gradients together. */
  gradientNorm: number;
}

/** Loss and gradients of a batch: mean cross entropy and the auxiliary losses of `ctx`. One read from the device. */
export function gradients(
  model: LanguageModel,
  parameters: ReadonlyMap<string, Parameter>,
  { inputs, targets }: BatchTensors,
  ctx: Context
): Pass {
  const parts: tf.Scalar[] = [];
  const total = (): tf.Scalar => {
    const logits = model.apply(inputs, ctx).reshape<tf.Tensor2D>([targets.size, -1]);
    const mean = tf.keep(crossEntropy(logits, targets).mean<tf.Scalar>());
    parts.push(mean, ...ctx.losses.values());
    return tf.addN(parts);
  };
  const variables = [...parameters.values()].map(({ variable }) => variable);
  const { value, grads } = variableGrads(total, variables);
  const byPath = new Map<string, tf.Tensor>();
  for (const [path, { variable }] of parameters) {
    const gradient = (grads as Partial<typeof grads>)[variable.name];
    if (gradient !== undefined) {
      byPath.set(path, gradient);
    }
  }
  const [gradientNorm, loss, ...losses] = read([globalNorm([...byPath.values()]), ...parts]);
  tf.dispose([value, parts[0]]);
  return { gradients: byPath, loss, gradientNorm, auxiliary: sumByName([...ctx.losses.keys()], losses) };
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
