/** First and last row of a line. */
export type Extent = readonly [from: number, to: number];

/** A column for each of these lines, the longest first, so that no two of one column overlap. */
export function columnsOf(extents: readonly Extent[]): number[] {
  const length = ([from, to]: Extent): number => to - from;
  const order = extents.map((_, i) => i).sort((a, b) => length(extents[b]) - length(extents[a]) || extents[a][0] - extents[b][0] || a - b); // prettier-ignore
  const taken: Extent[][] = [];
  const columns = extents.map(() => 0);
  order.forEach((i) => {
    const [from, to] = extents[i];
    const free = taken.findIndex((column) => column.every(([start, end]) => end < from || start > to));
    const column = free < 0 ? taken.length : free;
    taken[column] = [...(taken[column] ?? []), extents[i]];
    columns[i] = column;
  });
  return columns;
}
