import { readFileSync } from 'fs';
import * as path from 'path';
import { gunzipSync } from 'zlib';
import { fail } from '../../../base/core';
import { csvCells } from '../../../base/io';

/** Lines of a file that are not blank, of what a name that ends with .gz holds unzipped. */
export function linesOf(file: string): string[] {
  const bytes = readFileSync(file);
  const text = file.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** Rows of finite numbers of a file, between commas or blanks; each of the same width. */
export function numbersOf(where: string, file: string): number[][] {
  const rows = linesOf(file).map((line) => line.trim().split(/\s*,\s*|\s+/).map(Number)); // prettier-ignore
  const wrong = rows.findIndex((row) => row.length !== rows[0].length || !row.every(Number.isFinite));
  return wrong < 0 ? rows : fail(where, `line ${wrong + 1} of ${path.basename(file)} must be ${rows[0].length} finite numbers`, linesOf(file)[wrong].slice(0, 80)); // prettier-ignore
}

/** Records of a CSV file by the names of its first line; a cell may stand in quotes. */
export function recordsOf(where: string, file: string, columns: readonly string[]): Record<string, string>[] {
  const [first = '', ...lines] = linesOf(file);
  const names = csvCells(where, first, 1);
  const lacking = columns.find((column) => !names.includes(column));
  if (lacking !== undefined) {
    fail(where, `${path.basename(file)} must have a column ${lacking}`, first);
  }
  return lines.map((line, i) => {
    const values = csvCells(where, line, i + 2);
    return values.length === names.length
      ? Object.fromEntries(names.map((name, at) => [name, values[at]]))
      : fail(where, `line ${i + 2} of ${path.basename(file)} must have ${names.length} cells`, line);
  });
}
