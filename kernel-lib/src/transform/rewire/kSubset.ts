import { tf } from '../../base/backend';
import { expectInteger, expectShape, fail, type Random, given } from '../../base/core';
import { KSubset } from '../../base/math/kSubset';
import { withGradient } from '../../base/ops';

/** Options of `graph.rewire.kSubset`. */
export interface KSubsetOptions {
  /** How many are chosen, 0..n. */
  k: number;
  /** Stream of the draw. */
  random: Random;
}

/**
 * A subset of exactly k of n items drawn by their scores, as 0 and 1 [n], with the gradient of its marginals: the estimator SIMPLE (Ahmed et al., 2022, arXiv 2210.01941), by which probabilistic rewiring learns
 * (arXiv 2310.02156). Exact: `p(S)` is proportional to the product of `exp(score)`; O(n k) forward, O(n^2 k) backward, on the host.
 *
 * @param scores - [n].
 * @throws {SwitchyardError} where k is not 0..n or a score is not finite.
 */
export function kSubset(scores: tf.Tensor1D, options: KSubsetOptions): tf.Tensor1D {
  const { k, random } = given('graph.rewire.kSubset', options);
  const values = checked('graph.rewire.kSubset', scores, k);
  const subset = new KSubset(values, k);
  const chosen = subset.sample(random.generator());
  return withGradient<tf.Tensor1D>(
    [scores],
    () => tf.tensor1d(Array.from(values, (_, i) => Number(chosen.includes(i)))),
    (dy) => {
      const covariance = subset.covariance().flatMap((row) => [...row]);
      return [
        tf
          .tensor2d(covariance, [values.length, values.length])
          .matMul(dy.reshape([-1, 1]))
          .reshape([-1])
      ];
    }
  );
}

/** Probability of each item to be among the k that `graph.rewire.kSubset` draws, [n]; no gradient. @throws {SwitchyardError} as that. */
export function kSubsetMarginals(scores: tf.Tensor1D, k: number): Float64Array {
  return new KSubset(checked('graph.rewire.kSubsetMarginals', scores, k), k).marginals();
}

function checked(where: string, scores: tf.Tensor1D, k: number): Float32Array {
  expectShape(where, scores, ['n']);
  expectInteger(where, 'k', k, 0, scores.size);
  const values = Float32Array.from(scores.dataSync());
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  return wrong < 0 ? values : fail(where, `score ${wrong} must be finite`, values[wrong]);
}
