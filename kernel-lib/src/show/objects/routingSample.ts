import { tf } from '../../base/backend';
import { denseWeights } from '../../nn/routers';
import type { Routing } from '../../nn/routers';

/** Sample of a routing: how it loads all experts, and the choices of its first tokens. */
export interface RoutingSample {
  /** Tokens that each expert works on, of all tokens; for slots the sum of their weights. [E]. */
  load: number[];
  /** Weight of each expert for the first tokens; [tokens][E]. */
  weights: number[][];
}

/** Tokens, and weights of tokens, that are read at most. */
const MOST_TOKENS = 32;
const MOST_WEIGHTS = 2 ** 14;

/** Reads E + 2^14 numbers at most, whatever the number of tokens. */
export function routingSample(routing: Routing): RoutingSample {
  const { numTokens, numExperts } = routing;
  const tokens = Math.max(1, Math.min(numTokens, MOST_TOKENS, Math.floor(MOST_WEIGHTS / numExperts)));
  return tf.tidy(() => {
    const weights = denseWeights(firstTokens(routing, tokens));
    const flat = tf.concat1d([loadOf(routing), weights.as1D()]).dataSync<'float32'>();
    const rows = Array.from({ length: tokens + 1 }, (_, i) =>
      Array.from(flat.slice(i * numExperts, (i + 1) * numExperts))
    );
    return { load: rows[0], weights: rows.slice(1) };
  });
}

/** Whether a tensor of the routing has been disposed, as all are that are made in a `tidy` and not returned from it. */
export function isDisposed(routing: Routing): boolean {
  return Object.values(routing).some((value) => value instanceof tf.Tensor && value.isDisposed);
}

function loadOf(routing: Routing): tf.Tensor1D {
  const { numExperts } = routing;
  switch (routing.form) {
    case 'sparse': {
      // -1, an unused choice, is counted first and left out.
      const choices = routing.indices.flatten().add(1).toInt() as tf.Tensor1D;
      return tf
        .bincount(choices, tf.tensor1d([]), numExperts + 1)
        .slice(1)
        .toFloat();
    }
    case 'dense':
      return routing.weights.notEqual(0).toFloat().sum<tf.Tensor1D>(0);
    case 'slots':
      return routing.combine.sum<tf.Tensor1D>([0, 2]);
  }
}

function firstTokens(routing: Routing, count: number): Routing {
  const first = <T extends tf.Tensor>(x: T): T => tf.slice(x, 0, count);
  const all = {
    numTokens: count,
    numExperts: routing.numExperts,
    probs: first(routing.probs),
    logits: first(routing.logits)
  };
  switch (routing.form) {
    case 'sparse':
      return { ...all, form: 'sparse', k: routing.k, indices: first(routing.indices), weights: first(routing.weights) };
    case 'dense':
      return { ...all, form: 'dense', weights: first(routing.weights) };
    case 'slots': {
      const { slots, dispatch, combine } = routing;
      return { ...all, form: 'slots', slots, dispatch: first(dispatch), combine: first(combine) };
    }
  }
}
