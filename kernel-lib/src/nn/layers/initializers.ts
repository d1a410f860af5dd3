import { tf } from '../../base/backend';
import { expectNumber, fail, type Random, showShape } from '../../base/core';

/** Makes the initial value of a parameter of this shape. Matrices are [..., in, out]. */
export type Initializer = (shape: number[], random: Random) => tf.Tensor;

/** Normal values with mean 0. */
export function normal(standardDeviation = 0.02): Initializer {
  expectNumber('initializers.normal', 'standardDeviation', standardDeviation, 0);
  return (shape, random) => random.normal(shape, 0, standardDeviation);
}

/** Uniform in `±gain / sqrt(in)`; what PyTorch's `nn.Linear` does by default, with gain 1. */
export function uniformFanIn(gain = 1): Initializer {
  expectNumber('initializers.uniformFanIn', 'gain', gain, 0);
  return (shape, random) => {
    const bound = gain / Math.sqrt(fans(shape)[0]);
    return random.uniform(shape, -bound, bound);
  };
}

/** Uniform in `±gain * sqrt(6 / (in + out))` (Glorot and Bengio, AISTATS 2010). */
export function xavierUniform(gain = 1): Initializer {
  expectNumber('initializers.xavierUniform', 'gain', gain, 0);
  return (shape, random) => {
    const [fanIn, fanOut] = fans(shape);
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    return random.uniform(shape, -bound, bound);
  };
}

/** The same value everywhere. */
export function constant(value: number): Initializer {
  expectNumber('initializers.constant', 'value', value);
  return (shape) => tf.fill(shape, value);
}

// Leading axes count copies (experts), not connections.
function fans(shape: number[]): [number, number] {
  if (shape.length < 2) {
    fail('initializers', 'fans need a shape [..., in, out]', showShape(shape));
  }
  return [shape[shape.length - 2], shape[shape.length - 1]];
}
