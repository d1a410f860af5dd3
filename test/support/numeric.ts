import { tf } from '@switchyard/kernel-lib';
import { expect } from 'vitest';

/** Largest absolute difference, relative to the largest expected magnitude (at least 1). */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    // A NaN on either side must not pass as "no difference".
    const difference = Math.abs(actual[i] - expected[i]);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return worst / scale;
}

/** Expects all values to agree within `tolerance`, by {@link relativeError}. */
export function expectClose(
  actual: tf.Tensor | ArrayLike<number>,
  expected: tf.Tensor | ArrayLike<number>,
  tolerance = 1e-5
): void {
  expect(relativeError(values(actual), values(expected))).toBeLessThanOrEqual(tolerance);
}

/** Central differences of a scalar function of one tensor, value by value. float32: choose `step` near 1e-2. */
export function finiteDifferences(f: (x: tf.Tensor) => tf.Scalar, x: tf.Tensor, step = 1e-2): Float32Array {
  const base = Float32Array.from(x.dataSync());
  const at = (i: number, delta: number): number =>
    tf.tidy(() => {
      const moved = base.slice();
      moved[i] += delta;
      return f(tf.tensor(moved, x.shape)).dataSync()[0];
    });
  return base.map((_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}

/** Runs `f` and expects it to leave exactly `kept` more tensors behind. */
export function expectNoLeak(f: () => void, kept = 0): void {
  const before = tf.memory().numTensors;
  f();
  expect(tf.memory().numTensors - before).toBe(kept);
}

function values(x: tf.Tensor | ArrayLike<number>): ArrayLike<number> {
  return x instanceof tf.Tensor ? x.dataSync() : x;
}
