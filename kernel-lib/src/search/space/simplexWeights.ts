import type { Leaf, Point } from './leaf';

/**
 * Weights of a simplex's parts from their places in 0..1: as waiting times of one rate they divide 1 evenly over the simplex. Null where
 * the simplex is not there.
 */
export function simplexWeights(labels: readonly string[], point: Point): number[] | null {
  if (point[labels[0]] === undefined) {
    return null;
  }
  const times = labels.map((label) => -Math.log(Math.max(1 - (point[label] as number), 1e-12)));
  const sum = times.reduce((a, b) => a + b, 0);
  return times.map((time) => (sum === 0 ? 1 / labels.length : time / sum));
}

/** A place that gives a part this weight, where all parts are placed so. */
export function simplexPlace(weight: number): number {
  return 1 - Math.exp(-Math.min(Math.max(weight, 0), 1));
}

/** The weight of a leaf that is part of a simplex and is there; of another nothing. */
export function weightOf(leaves: readonly Leaf[], leaf: Leaf, point: Point): number | undefined {
  if (leaf.simplex === undefined) {
    return undefined;
  }
  const labels = leaves.filter(({ simplex }) => simplex === leaf.simplex).map(({ label }) => label);
  return simplexWeights(labels, point)?.[labels.indexOf(leaf.label)];
}
