import { tf } from '../../base/backend';
import type { Context } from '../../base/core';
import { gated, gelu, geluTanh, silu } from '../../base/ops';

const functions = {
  gelu,
  'gelu-tanh': geluTanh,
  'hard-swish': <T extends tf.Tensor>(x: T): T => x.mul(hardSigmoid(x)),
  relu: <T extends tf.Tensor>(x: T): T => tf.relu(x),
  silu
};

/** Name of an elementwise nonlinearity; "gelu" is the exact one, "gelu-tanh" its approximation; "hard-swish" is of arXiv 1905.02244. */
export type Activation = keyof typeof functions;

/** The names that {@link activate} knows. */
export const ACTIVATIONS = Object.keys(functions) as Activation[];

/**
 * Applies the nonlinearity of this name.
 *
 * @param ctx - Pass of the module that applies it, whose observers are told of what goes in. Default: nobody is.
 */
export function activate<T extends tf.Tensor>(name: Activation, x: T, ctx?: Context): T {
  tell(name, x, ctx);
  return functions[name](x);
}

/** The nonlinearity of `gate` times `values` of the same shape, as gated networks have it (arXiv 2002.05202). */
export function activateGate<T extends tf.Tensor>(name: Activation, gate: T, values: T, ctx?: Context): T {
  tell(name, gate, ctx);
  return name === 'gelu' || name === 'silu' ? gated(name, gate, values) : functions[name](gate).mul(values);
}

function tell(name: Activation, x: tf.Tensor, ctx?: Context): void {
  if (ctx?.wants('activation') === true) {
    ctx.publish({
      kind: 'activation',
      ...{ path: ctx.path, activation: name, shape: [...x.shape], inputs: x.dataSync<'float32'>().slice() }
    });
  }
}

/** `min(max(x + 3, 0), 6) / 6`, which a sigmoid is near to (arXiv 1905.02244). */
export function hardSigmoid<T extends tf.Tensor>(x: T): T {
  return x.add(3).clipByValue(0, 6).div(6);
}
