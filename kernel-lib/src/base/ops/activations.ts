import { executeSingle, hasCustomOps, tf } from '../backend';
import { withGradient } from './gradient';

/** `x Φ(x)` with the exact normal distribution function, not the tanh approximation (Hendrycks and Gimpel, arXiv 1606.08415). */
export function gelu<T extends tf.Tensor>(x: T): T {
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

/** The approximation of {@link gelu} by tanh that GPT-2 and Gemma use: `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`. */
export function geluTanh<T extends tf.Tensor>(x: T): T {
  const inner = x.add(x.mul(x.square()).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(tf.tanh(inner).add(1)).mul(0.5);
}

/** `x sigmoid(x)`, also called swish (arXiv 1702.03118, 1710.05941). */
export function silu<T extends tf.Tensor>(x: T): T {
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
function inOnePass<T extends tf.Tensor>(activation: string, x: T): T {
  return withGradient<T>(
    [x],
    (save) => {
      save([x]);
      return executeSingle('SwitchyardActivation', { activation }, [x]) as T;
    },
    (dy, [x]) => [executeSingle('SwitchyardActivationGrad', { activation }, [dy, x])]
  );
}
