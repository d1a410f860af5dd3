import { executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype, expectNumber, expectRank } from '../core';
import { onTape, withGradient } from './gradient';

/**
 * Shifts and scales the last axis to mean 0 and variance 1 (population, plus `epsilon`): the part of layer
 * normalisation without parameters (arXiv 1607.06450); [..., D].
 */
export function standardize<T extends tf.Tensor>(x: T, epsilon: number): T {
  check('ops.standardize', x, epsilon);
  return withGradient<T>(
    [x],
    (save) => {
      const centered = x.sub(x.mean(-1, true));
      const scale = centered.square().mean(-1, true).add(epsilon).rsqrt();
      const y = centered.mul(scale) as T;
      save([y, scale]);
      return y;
    },
    (dy, [y, scale]) => {
      const along = y.mul(dy.mul(y).mean(-1, true));
      return [dy.sub(dy.mean(-1, true)).sub(along).mul(scale)];
    }
  );
}

/** Scales the last axis to root mean square 1 (`epsilon` added to the mean square; arXiv 1910.07467); [..., D]. */
export function rmsNormalize<T extends tf.Tensor>(x: T, epsilon: number): T {
  check('ops.rmsNormalize', x, epsilon);
  return withGradient<T>(
    [x],
    (save) => {
      const scale = x.square().mean(-1, true).add(epsilon).rsqrt();
      const y = x.mul(scale) as T;
      save([y, scale]);
      return y;
    },
    (dy, [y, scale]) => [dy.sub(y.mul(dy.mul(y).mean(-1, true))).mul(scale)]
  );
}

/** {@link rmsNormalize} times a scale [D], off the tape: where the custom ops run, in one pass over memory. */
export function rmsScale<T extends tf.Tensor>(x: T, scale: tf.Tensor, epsilon: number): T {
  check('ops.rmsScale', x, epsilon);
  return hasCustomOps() && !onTape() && scale.size > 0
    ? tf.tidy(() => executeSingle('SwitchyardRmsNorm', {}, [x, scale, tf.scalar(epsilon)]) as T)
    : rmsNormalize(x, epsilon).mul<T>(scale);
}

function check(where: string, x: tf.Tensor, epsilon: number): void {
  expectDtype(where, 'x', x, 'float32');
  expectRank(where, x, 1);
  expectNumber(where, 'epsilon', epsilon, 0);
}
