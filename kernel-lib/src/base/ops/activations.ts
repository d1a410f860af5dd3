import { hasCustomOps, tf } from '../backend';
import { expectDtype, expectShape } from '../core';
import { activate, activatedGradient, noteActivated, type CustomActivation } from './activated';
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

/**
 * One tensor times an activation of another of the same shape, `act(gate) * values`, as in gated linear units (arXiv 2002.05202).
 *
 * @throws {SwitchyardError} where a tensor is not float32 or the shapes differ.
 */
export function gated<T extends tf.Tensor>(activation: CustomActivation, gate: T, values: tf.Tensor): T {
  expectDtype('ops.gated', 'gate', gate, 'float32');
  expectDtype('ops.gated', 'values', values, 'float32');
  expectShape('ops.gated', values, gate.shape);
  if (hasCustomOps()) {
    return inOnePass(activation, gate, values);
  }
  return (activation === 'gelu' ? gelu(gate) : silu(gate)).mul(values);
}

// One pass over memory each way, instead of one for each of a dozen elementwise ops.
function inOnePass<T extends tf.Tensor>(activation: CustomActivation, x: T, gated: tf.Tensor | null = null): T {
  const of = { activation, x, gated };
  const inputs = gated === null ? [x] : [x, gated];
  const y = withGradient<T>(
    inputs,
    (save) => {
      save(inputs);
      return activate(of) as T;
    },
    (dy, [x, ...rest]) => activatedGradient(dy, { activation, x, gated: rest.at(0) ?? null })
  );
  return noteActivated(y, of);
}
