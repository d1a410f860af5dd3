/** @file Curves without their noise. */
import type { Numeric } from '@switchyard/kernel-lib/protocol';

/**
 * Exponential means: each value weighs `weight` times the next. Freed of their start, so that the first is itself; null stays
 * null. The same where `weight` is 0.
 */
export function smoothed(values: readonly Numeric[], weight: number): Numeric[] {
  let [sum, weights] = [0, 0];
  return values.map((value) => {
    if (value === null) {
      return null;
    }
    sum = weight * sum + value;
    weights = weight * weights + 1;
    return sum / weights;
  });
}
