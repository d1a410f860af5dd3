import { tf } from '../../../base/backend';
import { expectInteger, expectOneOf } from '../../../base/core';
import type { Router, Routing, SparseRouting } from '../router';

/** Rest of the experts that an ablation leaves: all but one, or one alone. */
export type AblationMode = 'without' | 'only';

const MODES: readonly AblationMode[] = ['without', 'only'];

/** Options of `routers.ablate`. */
export interface AblationOptions {
  /** The expert, 0..E - 1. */
  expert: number;
  /**
   * "without": its choices go to the most probable expert that the token does not have yet, and the token's weights are shared anew by probability.
   * "only": every token goes to it alone. The sum of a token's weights stays in both.
   */
  mode: AblationMode;
}

/**
 * A routing without one expert, or with one alone: what an expert is for is seen by what the model cannot do without it. Probabilities and logits
 * stay those of the router. Weights have no gradient. Works on the host: for a look at some tokens, not for training.
 *
 * @returns Tensors that belong to the caller, or to the tidy round the call.
 * @throws {SwitchyardError} where the expert is not in 0..E - 1.
 */
export function ablate(routing: Routing, options: AblationOptions): Routing {
  const where = 'routers.ablate';
  expectInteger(where, 'expert', options.expert, 0, routing.numExperts - 1);
  expectOneOf(where, 'mode', options.mode, MODES);
  switch (routing.form) {
    case 'sparse':
      return { ...routing, ...ablateSparse(routing, options) };
    case 'dense':
      return { ...routing, weights: keepColumns(routing.weights, routing.numExperts, options) };
    case 'slots':
      return { ...routing, combine: keepColumns(routing.combine, routing.numExperts, options) };
  }
}

/**
 * Stands between a router and the layers that call it, as `Module.intercept` does for what is applied.
 *
 * @returns The function that takes it off.
 */
export function interceptRouting(router: Router, around: (routing: Routing) => Routing): () => void {
  const before = Object.getOwnPropertyDescriptor(router, 'route');
  const route = router.route.bind(router);
  router.route = (x, ctx) => around(route(x, ctx));
  return () => {
    if (before === undefined) {
      Reflect.deleteProperty(router, 'route');
    } else {
      Object.defineProperty(router, 'route', before);
    }
  };
}

function ablateSparse(routing: SparseRouting, options: AblationOptions): Pick<SparseRouting, 'indices' | 'weights'> {
  const { numExperts, k } = routing;
  const indices = Int32Array.from(routing.indices.dataSync());
  const weights = Float32Array.from(routing.weights.dataSync());
  const probs = routing.probs.dataSync();
  for (let t = 0; t < routing.numTokens; t++) {
    const own = indices.subarray(t * k, (t + 1) * k);
    const shares = weights.subarray(t * k, (t + 1) * k);
    const row = probs.subarray(t * numExperts, (t + 1) * numExperts);
    if (options.mode === 'only') {
      const total = sum(shares);
      own.fill(-1).fill(options.expert, 0, 1);
      shares.fill(0).fill(total, 0, 1);
    } else if (own.includes(options.expert)) {
      replace(own, shares, row as Float32Array, options.expert);
    }
  }
  return {
    indices: tf.tensor2d(indices, routing.indices.shape, 'int32'),
    weights: tf.tensor2d(weights, routing.weights.shape)
  };
}

/** Gives the expert's choice of one token to the next in line. */
function replace(own: Int32Array, shares: Float32Array, probs: Float32Array, expert: number): void {
  const total = sum(shares);
  let next = -1;
  probs.forEach((prob, e) => {
    if (!own.includes(e) && (next < 0 || prob > probs[next])) {
      next = e;
    }
  });
  own[own.indexOf(expert)] = next;
  // Best first, unused choices last.
  const kept = Array.from(own)
    .filter((e) => e >= 0)
    .sort((a, b) => probs[b] - probs[a]);
  const mass = kept.reduce((all, e) => all + probs[e], 0);
  own.fill(-1);
  shares.fill(0);
  kept.forEach((e, choice) => {
    own[choice] = e;
    shares[choice] = total * (mass > 0 ? probs[e] / mass : 1 / kept.length);
  });
}

/** Columns [T, E, ...] of all experts but one, or of one alone; what is left of a token is scaled to what it was. */
function keepColumns<T extends tf.Tensor>(weights: T, numExperts: number, { expert, mode }: AblationOptions): T {
  const [numTokens] = weights.shape;
  const values = Float32Array.from(weights.dataSync());
  const width = values.length / numTokens;
  const each = width / numExperts;
  for (let t = 0; t < numTokens; t++) {
    const row = values.subarray(t * width, (t + 1) * width);
    const total = sum(row);
    const column = row.subarray(expert * each, (expert + 1) * each);
    if (mode === 'only') {
      const alone = column.slice();
      row.fill(0);
      column.set(sum(alone) > 0 ? alone : alone.fill(1));
    } else {
      column.fill(0);
    }
    const left = sum(row);
    row.forEach((value, i) => (row[i] = left > 0 ? (value * total) / left : 0));
  }
  return tf.tensor(values, weights.shape) as T;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    total += values[i];
  }
  return total;
}
