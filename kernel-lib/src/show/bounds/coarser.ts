/** A grid of at most `most` rows and columns: means over blocks; the same where it is that small, empty where `most` is 0. */
export function coarser(grid: readonly (readonly number[])[], most: number): number[][] {
  const rows = Math.min(most, grid.length);
  const columns = Math.min(most, grid[0]?.length ?? 0);
  return blocks(grid.length, rows).map(([top, bottom]) =>
    blocks(grid[0].length, columns).map(([left, right]) =>
      mean(grid.slice(top, bottom).flatMap((row) => row.slice(left, right)))
    )
  );
}

/** `length` positions as `count` neighbouring blocks, [from, to) each. */
function blocks(length: number, count: number): [number, number][] {
  const at = (i: number): number => Math.round((i * length) / count);
  return Array.from({ length: count }, (_, i) => [at(i), at(i + 1)]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
