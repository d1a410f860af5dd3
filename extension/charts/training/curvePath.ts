/** @file A series over the steps as the path of an SVG. */
import type { Numeric } from '@switchyard/kernel-lib/protocol';

export interface ICurvePoints {
  /** Ascending. */
  steps: readonly number[];
  /** A value a step; those that are null are left out, and their neighbours joined. */
  values: readonly Numeric[];
  /** Values at the bottom and the top of the box. */
  range: readonly [number, number];
}

/** Path in a box of this size, 1 unit inside its edges; a flat line is in the middle, no value is no path. */
export function curvePath(
  { steps, values, range: [low, high] }: ICurvePoints,
  { width, height }: { width: number; height: number }
): string {
  const [first, last] = [steps[0], steps[steps.length - 1]];
  const part = (value: number, from: number, to: number): number => (to > from ? (value - from) / (to - from) : 0.5);
  const points = steps.flatMap((step, i) => {
    const value = values[i] ?? null;
    const x = 1 + (width - 2) * part(step, first, last);
    return value === null ? [] : [`${round(x)} ${round(height - 1 - (height - 2) * part(value, low, high))}`];
  });
  // A single point is drawn as a dash.
  return points.length === 0 ? '' : `M${points.join('L')}${points.length === 1 ? 'h1' : ''}`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
