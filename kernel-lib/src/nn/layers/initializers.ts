import { tf } from '../../base/backend';
import { expectNumber, fail, type Random, showShape, type Spec, type SpecData, SpecTable } from '../../base/core';

/** Shape, fans and stream of a value that is to be initialised. */
export interface InitializerShape {
  /** Matrices are [..., in, out]. */
  shape: number[];
  random: Random;
}

/** Makes the initial value of a parameter: `layers.normal(0.02)`. */
export type Initializer = Spec<InitializerShape, tf.Tensor>;

/** The initializers by kind. */
export const initializers = new SpecTable<Initializer>('initializer');

/** Normal values with mean 0. */
export function normal(standardDeviation = 0.02): Initializer {
  expectNumber('initializers.normal', 'standardDeviation', standardDeviation, 0);
  return {
    kind: 'normal',
    options: { standardDeviation },
    build: ({ shape, random }) => random.normal(shape, 0, standardDeviation)
  };
}

/** Uniform in `±gain / sqrt(in)`; what PyTorch's `nn.Linear` does by default, with gain 1. */
export function uniformFanIn(gain = 1): Initializer {
  expectNumber('initializers.uniformFanIn', 'gain', gain, 0);
  return {
    kind: 'uniform-fan-in',
    options: { gain },
    build: ({ shape, random }) => {
      const bound = gain / Math.sqrt(fans(shape)[0]);
      return random.uniform(shape, -bound, bound);
    }
  };
}

/** Uniform in `±gain * sqrt(6 / (in + out))` (Glorot and Bengio, AISTATS 2010). */
export function xavierUniform(gain = 1): Initializer {
  expectNumber('initializers.xavierUniform', 'gain', gain, 0);
  return {
    kind: 'xavier-uniform',
    options: { gain },
    build: ({ shape, random }) => {
      const [fanIn, fanOut] = fans(shape);
      const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
      return random.uniform(shape, -bound, bound);
    }
  };
}

/** The same value everywhere. */
export function constant(value: number): Initializer {
  expectNumber('initializers.constant', 'value', value);
  return { kind: 'constant', options: { value }, build: ({ shape }) => tf.fill(shape, value) };
}

initializers.register('normal', ({ standardDeviation }: { standardDeviation?: number }) => normal(standardDeviation));
initializers.register('uniform-fan-in', ({ gain }: { gain?: number }) => uniformFanIn(gain));
initializers.register('xavier-uniform', ({ gain }: { gain?: number }) => xavierUniform(gain));
initializers.register('constant', ({ value }: { value: number }) => constant(value));

/** Makes a value; data stand for the initializer of their kind. */
export function initialize(initializer: SpecData, shape: number[], random: Random): tf.Tensor {
  return initializers.of(initializer).build({ shape, random });
}

// Leading axes count copies (experts), not connections.
function fans(shape: number[]): [number, number] {
  if (shape.length < 2) {
    fail('initializers', 'fans need a shape [..., in, out]', showShape(shape));
  }
  return [shape[shape.length - 2], shape[shape.length - 1]];
}
