import { executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype } from '../core';
import { activate, noteActivated, type CustomActivation } from './activated';
import { withGradient } from './gradient';

/** `x Φ(x)` with the exact normal distribution function, not the tanh approximation (Hendrycks and Gimpel, arXiv 1606.08415). */
export function gelu<T extends tf.Tensor>(x: T): T {
  expectDtype('ops.gelu', 'x', x, 'float32');
  if (hasCustomOps()) {
    return inOnePass('gelu', x);
  }
  return withGradient<T>(
    [x],
    (save) => {
      const cdf = tf.erf(x.mul(Math.SQRT1_2)).add(1).mul(0.5);
      save([x, cdf]);
      return x.mul(cdf);
    },
    (dy, [x, cdf]) => {
      const density = x
        .square()
        .mul(-0.5)
        .exp()
        .mul(1 / Math.sqrt(2 * Math.PI));
      return [dy.mul(cdf.add(x.mul(density)))];
    }
  );
}

const TANH_SCALE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

/** The approximation of {@link gelu} by tanh that GPT-2 and Gemma use: `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`. */
export function geluTanh<T extends tf.Tensor>(x: T): T {
  expectDtype('ops.geluTanh', 'x', x, 'float32');
  return withGradient<T>(
    [x],
    (save) => {
      const tanh = tf.tanh(x.square().mul(TANH_CUBIC).add(1).mul(x).mul(TANH_SCALE));
      save([x, tanh]);
      return tanh.add(1).mul(x).mul(0.5) as T;
    },
    (dy, [x, tanh]) => {
      const slope = x
        .square()
        .mul(3 * TANH_CUBIC)
        .add(1)
        .mul(TANH_SCALE);
      const bent = tf.sub(1, tanh.square()).mul(x).mul(slope);
      return [dy.mul(tanh.add(1).add(bent).mul(0.5))];
    }
  );
}

/** `x sigmoid(x)`, also called swish (arXiv 1702.03118, 1710.05941). */
export function silu<T extends tf.Tensor>(x: T): T {
  expectDtype('ops.silu', 'x', x, 'float32');
  if (hasCustomOps()) {
    return inOnePass('silu', x);
  }
  return withGradient<T>(
    [x],
    (save) => {
      const sigmoid = tf.sigmoid(x);
      const y = x.mul(sigmoid) as T;
      save([sigmoid, y]);
      return y;
    },
    (dy, [sigmoid, y]) => [dy.mul(sigmoid.add(y.mul(tf.sub(1, sigmoid))))]
  );
}

// One pass over memory each way, instead of one for each of a dozen elementwise ops.
function inOnePass<T extends tf.Tensor>(activation: CustomActivation, x: T): T {
  const y = withGradient<T>(
    [x],
    (save) => {
      save([x]);
      return activate({ activation, x });
    },
    (dy, [x]) => [executeSingle('SwitchyardActivationGrad', { activation }, [dy, x])]
  );
  return noteActivated(y, { activation, x });
}
