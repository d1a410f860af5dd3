/** `count` of `length` positions, evenly, both ends among them; ascending. */
export function evenly(length: number, count: number): number[] {
  return Array.from({ length: Math.min(count, length) }, (_, i) =>
    Math.round((i * (length - 1)) / Math.max(1, Math.min(count, length) - 1))
  );
}
