import { expectNumber, fail } from '../../base/core';
import { solvePositive } from '../../base/math/solvePositive';

/** Tokens that value the experts alike. */
export interface TokenType {
  /** Share of the tokens; those of all types sum to 1. */
  weight: number;
  /** Worth of each expert to them, in units of logits; [E]. */
  quality: ArrayLike<number>;
}

const TOLERANCE = 1e-12;
const MAX_ITERATIONS = 10_000;

/**
 * Load at the logit equilibrium of a congestion game: `m = sum_t w_t softmax(q_t - gamma m)`, [E], sums to 1. An expert is
 * worth less the more tokens it has; gamma says how much. There is one such load for gamma >= 0, the minimum of the convex
 * `sum_t w_t sum_i (p log p - p q) + gamma/2 sum_i m_i^2`.
 *
 * @param start - Where to begin, a load near it; [E]. Default: even.
 * @throws {SwitchyardError} where gamma is negative, the types differ in length or their weights do not sum to 1.
 */
export function equilibrium(types: readonly TokenType[], gamma: number, start?: Float64Array): Float64Array {
  expectNumber('moe.analysis.equilibrium', 'gamma', gamma, 0);
  const numExperts = types[0]?.quality.length ?? 0;
  if (types.some(({ quality }) => quality.length !== numExperts) || numExperts === 0) {
    fail('moe.analysis.equilibrium', 'types must have the quality of the same experts', numExperts);
  }
  const total = types.reduce((sum, { weight }) => sum + weight, 0);
  if (!(Math.abs(total - 1) < 1e-9)) {
    fail('moe.analysis.equilibrium', 'weights of types must sum to 1', total);
  }
  let load = start ?? new Float64Array(numExperts).fill(1 / numExperts);
  let distance = distanceAt(types, gamma, load);
  for (let i = 0; i < MAX_ITERATIONS && distance > TOLERANCE; i++) {
    const next = newton(types, gamma, load);
    const nextDistance = next === null ? Infinity : distanceAt(types, gamma, next);
    load = next !== null && nextDistance < distance ? next : careful(types, gamma, load);
    distance = nextDistance < distance ? nextDistance : distanceAt(types, gamma, load);
  }
  return distance <= TOLERANCE
    ? load
    : fail('moe.analysis.equilibrium', 'internal: must converge', { gamma, distance });
}

/** Newton's step for m - respond(m) = 0; its Jacobian is `I + gamma sum_t w_t (diag(p_t) - p_t p_t')`. */
function newton(types: readonly TokenType[], gamma: number, load: Float64Array): Float64Array | null {
  const choices = types.map(({ quality }) => choose(quality, gamma, load));
  const wanted = respond(types, gamma, load);
  const jacobian = Array.from(wanted, (m, i) => {
    const row = new Float64Array(wanted.length);
    types.forEach(({ weight }, t) => choices[t].forEach((p, j) => (row[j] -= gamma * weight * choices[t][i] * p)));
    row[i] += 1 + gamma * m;
    return row;
  });
  const step = solvePositive(
    jacobian,
    wanted.map((m, e) => m - load[e])
  );
  return step && load.map((m, e) => m + step[e]);
}

/** The step with the diagonal of the Jacobian alone, which bounds it from above: it does not overshoot. */
function careful(types: readonly TokenType[], gamma: number, load: Float64Array): Float64Array {
  const wanted = respond(types, gamma, load);
  return load.map((m, e) => m + (wanted[e] - m) / (1 + gamma * wanted[e]));
}

function distanceAt(types: readonly TokenType[], gamma: number, load: Float64Array): number {
  return respond(types, gamma, load).reduce((most, m, e) => Math.max(most, Math.abs(m - load[e])), 0);
}

/** Load that tokens choose when they see this load. */
function respond(types: readonly TokenType[], gamma: number, load: Float64Array): Float64Array {
  const wanted = new Float64Array(load.length);
  for (const { weight, quality } of types) {
    choose(quality, gamma, load).forEach((p, e) => (wanted[e] += weight * p));
  }
  return wanted;
}

function choose(quality: ArrayLike<number>, gamma: number, load: Float64Array): Float64Array {
  return softmax(load.map((m, e) => quality[e] - gamma * m));
}

/** exp(x) over its sum. */
export function softmax(x: Float64Array): Float64Array {
  const max = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const exps = x.map((value) => Math.exp(value - max));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
}
