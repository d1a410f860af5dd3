import { executeMultiple, executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype, expectNumber, expectRank } from '../core';
import { withGradient } from './gradient';

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

/** {@link rmsNormalize} times a scale [D]: with the custom ops, one pass over memory each way. */
export function rmsScale<T extends tf.Tensor>(x: T, scale: tf.Tensor, epsilon: number): T {
  check('ops.rmsScale', x, epsilon);
  return hasCustomOps() && scale.size > 0
    ? inOnePass(x, [scale], epsilon)
    : tf.tidy(() => rmsNormalize(x, epsilon).mul<T>(scale));
}

/** {@link standardize} times a scale [D] and with a shift [D] added: with the custom ops, one pass over memory each way. */
export function layerNormalize<T extends tf.Tensor>(x: T, scale: tf.Tensor, shift: tf.Tensor, epsilon: number): T {
  check('ops.layerNormalize', x, epsilon);
  return hasCustomOps() && scale.size > 0
    ? inOnePass(x, [scale, shift], epsilon)
    : tf.tidy(() => standardize(x, epsilon).mul(scale).add<T>(shift));
}

/** `affine`: a scale, which normalises by the root mean square, or a scale and a shift, of layer normalisation. */
function inOnePass<T extends tf.Tensor>(x: T, affine: tf.Tensor[], epsilon: number): T {
  const centered = affine.length === 2;
  const rest = (own: tf.Tensor[]): tf.Tensor[] => [own[0], own[1] ?? tf.tensor1d([]), tf.scalar(epsilon)];
  return withGradient<T>(
    [x, ...affine],
    (save) => {
      save([x, ...affine]);
      return executeSingle('SwitchyardNorm', { centered }, [x, ...rest(affine)]) as T;
    },
    (dy, [x, ...own]) =>
      executeMultiple('SwitchyardNormGrad', { centered }, [dy, x, ...rest(own)], 3).slice(0, 1 + own.length)
  );
}

function check(where: string, x: tf.Tensor, epsilon: number): void {
  expectDtype(where, 'x', x, 'float32');
  expectRank(where, x, 1);
  expectNumber(where, 'epsilon', epsilon, 0);
}
