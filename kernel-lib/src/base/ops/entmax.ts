import { tf } from '../backend';
import { expectDtype, expectNumber, expectShape } from '../core';
import { withGradient } from './gradient';

const ROUNDS = 40;

/**
 * Sparse softmax of rows, alpha-entmax (arXiv 1905.05702), [R, C] to the same: `max((alpha - 1) x - tau, 0) ^ (1 / (alpha - 1))` with the threshold at which each row sums to 1, found by bisection. Of alpha 2 it is sparsemax; near 1
 * the softmax. Low scores get exactly 0, and no gradient. A row must have a score that is finite; scores of -Infinity get 0.
 *
 * @throws {SwitchyardError} where alpha is not above 1 and at most 2.
 */
export function entmax(x: tf.Tensor2D, alpha = 1.5): tf.Tensor2D {
  const where = 'ops.entmax';
  expectShape(where, x, ['R', 'C']);
  expectDtype(where, 'x', x, 'float32');
  expectNumber(where, 'alpha', alpha, 1.01, 2);
  return withGradient<tf.Tensor2D>(
    [x],
    (save) => {
      const y = tf.tidy(() => shares(x, alpha));
      save([y]);
      return y;
    },
    (dy, [y]) => {
      const slope = tf.where(y.greater(0), y.maximum(1e-30).pow(2 - alpha), tf.zerosLike(y));
      const moved = slope.mul(dy);
      return [moved.sub(slope.mul(moved.sum(1, true).div(slope.sum(1, true))))];
    }
  );
}

function shares(x: tf.Tensor2D, alpha: number): tf.Tensor2D {
  const scaled = x.sub(x.max(1, true)).mul(alpha - 1);
  const at = (threshold: tf.Tensor): tf.Tensor2D =>
    scaled
      .sub(threshold)
      .relu()
      .pow(1 / (alpha - 1));
  // At -1 the largest alone is 1; at -C^(1 - alpha) all together are 1 at most.
  let low: tf.Tensor = tf.fill([x.shape[0], 1], -1);
  let high: tf.Tensor = tf.fill([x.shape[0], 1], -((1 / Math.max(1, x.shape[1])) ** (alpha - 1)));
  for (let round = 0; round < ROUNDS; round++) {
    const middle = low.add(high).div(2);
    const more = at(middle).sum(1, true).greaterEqual(1);
    low = tf.where(more, middle, low);
    high = tf.where(more, high, middle);
  }
  const found = at(low);
  return found.div(found.sum(1, true));
}
