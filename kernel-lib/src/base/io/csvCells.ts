import { fail } from '../core';

/**
 * Cells of a line of CSV (RFC 4180), without blanks around those that stand in no quotes; a quoted one ends in the line in which it begins.
 *
 * @throws {SwitchyardError} where quotes are left open or stand within a cell.
 */
export function csvCells(where: string, text: string, line: number): string[] {
  const cells: string[] = [];
  const cell = /("(?:[^"]|"")*"|[^",]*)(,|$)/y;
  for (let more = true; more;) {
    const found = cell.exec(text) ?? fail(where, `line ${line} must be CSV`, text);
    cells.push(found[1].startsWith('"') ? found[1].slice(1, -1).replaceAll('""', '"') : found[1].trim());
    more = found[2] === ',';
  }
  return cells;
}
