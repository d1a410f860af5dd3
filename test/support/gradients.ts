import { tf } from '@switchyard/kernel-lib';
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

/** Values in -1..1 without a pattern that a wrong sum could hide behind: the fractional parts of multiples of the golden ratio. */
export function spread(shape: number[], offset = 0): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => 2 * (((i + 1 + offset) * 0.6180339887) % 1) - 1);
  return tf.tensor(values, shape);
}
