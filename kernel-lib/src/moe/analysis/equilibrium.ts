import { expectNumber, fail } from '../../core';

/** Tokens that value the experts alike. */
export interface TokenType {
  /** Share of the tokens; those of all types sum to 1. */
  weight: number;
  /** What each expert is worth to them, in units of logits; [E]. */
  quality: ArrayLike<number>;
}

const TOLERANCE = 1e-12;
const MAX_ITERATIONS = 100_000;

/**
 * Load at the logit equilibrium of a congestion game: `m = sum_t w_t softmax(q_t - gamma m)`, [E], sums to 1. An expert is
 * worth less the more tokens it has; gamma says how much. There is one such load for gamma >= 0, the minimum of the convex
 * `sum_t w_t sum_i (p log p - p q) + gamma/2 sum_i m_i^2`.
 *
 * @throws {SwitchyardError} where gamma is negative, the types differ in length or their weights do not sum to 1.
 */
export function equilibrium(types: readonly TokenType[], gamma: number): Float64Array {
  expectNumber('equilibrium', 'gamma', gamma, 0);
  const numExperts = types[0]?.quality.length ?? 0;
  if (types.some(({ quality }) => quality.length !== numExperts) || numExperts === 0) {
    fail('equilibrium', 'types must have the quality of the same experts', numExperts);
  }
  const total = types.reduce((sum, { weight }) => sum + weight, 0);
  if (!(Math.abs(total - 1) < 1e-9)) {
    fail('equilibrium', 'weights of types must sum to 1', total);
  }
  let load = new Float64Array(numExperts).fill(1 / numExperts);
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const wanted = respond(types, gamma, load);
    // Newton's step with the diagonal of the Jacobian, which bounds it from above: it does not overshoot.
    const next = load.map((m, e) => m + (wanted[e] - m) / (1 + gamma * wanted[e]));
    const change = load.reduce((most, m, e) => Math.max(most, Math.abs(wanted[e] - m)), 0);
    load = next;
    if (change < TOLERANCE) {
      return load;
    }
  }
  return fail('equilibrium', `internal: must converge in ${MAX_ITERATIONS} iterations`, gamma);
}

/** Load that tokens choose when they see this load. */
function respond(types: readonly TokenType[], gamma: number, load: Float64Array): Float64Array {
  const wanted = new Float64Array(load.length);
  for (const { weight, quality } of types) {
    softmax(load.map((m, e) => quality[e] - gamma * m)).forEach((p, e) => (wanted[e] += weight * p));
  }
  return wanted;
}

/** exp(x) over its sum. */
export function softmax(x: Float64Array): Float64Array {
  const max = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const exps = x.map((value) => Math.exp(value - max));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
}
