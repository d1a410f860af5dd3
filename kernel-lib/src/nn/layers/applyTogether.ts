import type { tf } from '../../base/backend';
import type { Context } from '../../base/core';
import { multiplyEach, multiplyGated } from '../../base/ops/multiplySeveral';
import { activateGate, type Activation } from './activation';
import { expectWidth, whereOf } from './expectWidth';
import type { Linear } from './linear';

/**
 * Outputs of linear layers on the same rows, each by the name that it has in the module whose pass `ctx` is. As one product where nobody stands
 * between them and their input. Call it within a tidy.
 */
export function applyTogether(x: tf.Tensor, linears: Record<string, Linear>, ctx: Context): tf.Tensor[] {
  const all = Object.entries(linears);
  if (!all.every(([, linear]) => isPlain(linear))) {
    return all.map(([name, linear]) => linear.apply(x, ctx.within(name)));
  }
  const weights = all.map(([name, linear]) => weightFor(x, name, linear, ctx));
  return multiplyEach(x, weights).map((y, i) => biased(y, all[i][1]));
}

/** {@link activateGate} of what two linear layers make of the same rows, the first of which is the gate; in the same way. */
export function applyGated(
  activation: Activation,
  x: tf.Tensor,
  linears: Record<string, Linear>,
  ctx: Context
): tf.Tensor {
  const [[gate, w1], [values, w3]] = Object.entries(linears);
  const known = activation === 'gelu' || activation === 'silu';
  const bare = [w1, w3].every((linear) => isPlain(linear) && linear.bias === null);
  if (known && bare && !ctx.wants('activation')) {
    return multiplyGated(activation, x, weightFor(x, gate, w1, ctx), weightFor(x, values, w3, ctx));
  }
  const [gates, gatedValues] = applyTogether(x, linears, ctx);
  return activateGate(activation, gates, gatedValues, ctx);
}

function isPlain(linear: Linear): boolean {
  return !linear.isIntercepted && linear.rank === null;
}

function weightFor(x: tf.Tensor, name: string, linear: Linear, ctx: Context) {
  expectWidth(whereOf(linear, ctx.within(name)), x, linear.weight.axes[0].size);
  return linear.weight;
}

function biased(y: tf.Tensor, { bias }: Linear): tf.Tensor {
  return bias === null ? y : y.add(bias.read());
}
