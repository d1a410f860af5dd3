import { tf } from '../../base/backend';
import { Context, expectInteger, fail } from '../../base/core';
import type { Module } from '../../base/core';
import type { Proxy } from './proxy';

/** Options of `nas.proxies.synflow`. */
export interface SynflowOptions {
  /** Shape of one input, without the batch: `[28, 28, 1]`. */
  inputShape: readonly number[];
}

/**
 * SynFlow as a score of networks (arXiv 2006.05467, 2101.08134): with every value replaced by its magnitude, the sum over values of w dR/dw, where R is the
 * sum of the outputs for an input of ones. No data are needed. The pass is not one of training, in which batch norms of a new network change nothing.
 *
 * @throws {SwitchyardError} where the score is more than numbers of 32 bits hold, as in networks of many layers that are scaled up.
 */
export function synflow({ inputShape }: SynflowOptions): Proxy {
  const where = 'nas.proxies.synflow';
  inputShape.forEach((size, i) => expectInteger(where, `inputShape[${i}]`, size, 1));
  return {
    kind: 'synflow',
    score(model) {
      const score = withMagnitudes(model, () => saliency(model, inputShape));
      return Number.isFinite(score) ? score : fail(where, 'the score must be finite', score);
    }
  };
}

/** Runs `f` with parameters that are their magnitudes; they are as before afterwards, bit for bit. */
function withMagnitudes<T>(model: Module, f: () => T): T {
  const variables = [...model.parameters().values()].map(({ variable }) => variable);
  const before = variables.map((variable) => variable.clone());
  try {
    variables.forEach((variable) => tf.tidy(() => variable.assign(variable.abs())));
    return f();
  } finally {
    variables.forEach((variable, i) => variable.assign(before[i]));
    tf.dispose(before);
  }
}

function saliency(model: Module, inputShape: readonly number[]): number {
  const variables = [...model.parameters().values()].map(({ variable }) => variable);
  const ctx = Context.create();
  try {
    return tf.tidy(() => {
      const { grads } = tf.variableGrads(
        () => model.apply(tf.ones([1, ...inputShape]), ctx).sum() as tf.Scalar,
        variables
      );
      const parts = variables.flatMap((variable) => {
        const gradient = (grads as Partial<typeof grads>)[variable.name];
        return gradient === undefined ? [] : [variable.mul(gradient).sum<tf.Scalar>()];
      });
      return tf.addN(parts).dataSync()[0];
    });
  } finally {
    ctx.dispose();
  }
}
