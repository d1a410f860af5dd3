import { type core, tf } from '@switchyard/kernel-lib';
import { expect } from 'vitest';
import { expectClose, finiteDifferences } from './numeric';

/**
 * Expects the gradient of `f` for each of `inputs` to agree with finite differences. The output of `f` is weighed with
 * fixed numbers first, so that no two of its values count alike.
 */
export function expectGradients(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[], tolerance = 2e-3): void {
  const scalar = (...inputs: tf.Tensor[]): tf.Scalar =>
    tf.tidy(() => {
      const out = f(...inputs);
      return out.mul(spread(out.shape)).sum();
    });
  const gradients = tf.grads(scalar)(inputs);
  inputs.forEach((input, i) => {
    const along = (x: tf.Tensor): tf.Scalar => scalar(...inputs.slice(0, i), x, ...inputs.slice(i + 1));
    expectClose(gradients[i], finiteDifferences(along, input), tolerance);
  });
  tf.dispose(gradients);
}

/**
 * Expects the gradient of `scalar` for every parameter of a module to agree with finite differences, and none to be 0 but those that are `still`. The values of parameters are those before, afterwards.
 */
export function expectParameterGradients(
  module: core.Module,
  scalar: () => tf.Tensor,
  { tolerance = 1e-2, step = 3e-3, still = [] as readonly string[] } = {}
): void {
  tf.tidy(() => {
    const { grads } = tf.variableGrads(() => scalar() as tf.Scalar);
    for (const [path, { variable }] of module.parameters()) {
      const largest = grads[variable.name].abs().max().dataSync()[0];
      expect(largest > 1e-6, path).toBe(!still.includes(path));
      const kept = variable.clone();
      const along = (value: tf.Tensor): tf.Scalar => {
        variable.assign(value.reshape(variable.shape));
        return scalar() as tf.Scalar;
      };
      const differences = finiteDifferences(along, kept, step);
      variable.assign(kept);
      expectClose(grads[variable.name].flatten(), differences, tolerance);
    }
  });
}

/** Values in -1..1 without a pattern that a wrong sum could hide behind: the fractional parts of multiples of the golden ratio. */
export function spread(shape: number[], offset = 0): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => 2 * (((i + 1 + offset) * 0.6180339887) % 1) - 1);
  return tf.tensor(values, shape);
}
