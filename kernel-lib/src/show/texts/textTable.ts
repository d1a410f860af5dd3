/**
 * Rows of cells as aligned text, a line a row.
 *
 * @param left - How many of the first columns stand to the left; the others stand to the right.
 */
export function textTable(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd()
  );
}
