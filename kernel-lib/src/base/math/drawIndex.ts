/** Index that is drawn in proportion to weights, by a number that is even in 0..1; the last where rounding leaves none. */
export function drawIndex(weights: readonly number[], uniform: number): number {
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  return found < 0 ? weights.length - 1 : found;
}
