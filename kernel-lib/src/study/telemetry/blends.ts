/** Blends two numbers. */
export function blendNumbers(first: number, second: number, weight: number): number {
  return first + (second - first) * weight;
}

/** Blends two vectors of one length, entry by entry. */
export function blendVectors(first: readonly number[], second: readonly number[], weight: number): number[] {
  return first.map((x, i) => x + (second[i] - x) * weight);
}
