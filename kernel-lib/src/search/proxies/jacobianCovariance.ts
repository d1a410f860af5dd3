import { tf } from '../../base/backend';
import { Context, expectRank, fail } from '../../base/core';
import { symmetricEigen } from '../../base/math/symmetricEigen';
import type { Proxy } from './proxy';

/** Options of `nas.proxies.jacobianCovariance`. */
export interface JacobianCovarianceOptions {
  /** Inputs, [B, ...], B at least 2; the caller keeps them. */
  inputs: tf.Tensor;
}

/** Keeps logarithm and quotient finite, as the authors have it. */
const EPSILON = 1e-5;

/**
 * Jacobian covariance as a score of networks (arXiv 2006.04647 in its first version, 2101.08134): minus the sum of log(v + k) + 1 / (v + k) over the
 * eigenvalues v of the correlations between samples of d(sum of outputs) / d(input), k = 1e-5. Samples that the network tells apart score higher.
 *
 * @throws {SwitchyardError} for fewer than two inputs, and where the outputs do not depend on one of them.
 */
export function jacobianCovariance({ inputs }: JacobianCovarianceOptions): Proxy {
  const where = 'nas.proxies.jacobianCovariance';
  expectRank(where, inputs, 2);
  const count = inputs.shape[0];
  if (count < 2) {
    fail(where, 'there must be two inputs or more', count);
  }
  return {
    kind: 'jacobian-covariance',
    score(model) {
      const ctx = Context.create();
      try {
        const rows = tf.tidy(
          () =>
            tf
              .grad((x: tf.Tensor) => model.apply(x, ctx).sum())(inputs)
              .reshape([count, -1])
              .arraySync() as number[][]
        );
        const units = rows.map(standardised);
        const still = units.findIndex((row) => !row.every(Number.isFinite));
        if (still >= 0) {
          fail(where, 'outputs must depend on each input, and not on all of its values alike', `input ${still}`);
        }
        const correlations = units.map((a) => units.map((b) => a.reduce((sum, x, i) => sum + x * b[i], 0)));
        return symmetricEigen(correlations).values.reduce((sum, eigenvalue) => {
          const v = Math.max(0, eigenvalue) + EPSILON;
          return sum - Math.log(v) - 1 / v;
        }, 0);
      } finally {
        ctx.dispose();
      }
    }
  };
}

/** A row less its mean, of length 1. */
function standardised(row: readonly number[]): number[] {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const length = Math.hypot(...row.map((x) => x - mean));
  return row.map((x) => (x - mean) / length);
}
