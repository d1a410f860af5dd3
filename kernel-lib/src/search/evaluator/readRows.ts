import { createReadStream } from 'fs';
import { createInterface } from 'readline';
import { createGunzip } from 'zlib';
import { fail } from '../../base/core';
import { csvCells } from '../../base/io';

/** A row of a table: cells by column; text in CSV, any JSON in JSON lines. */
export interface TableRow {
  readonly cells: ReadonlyMap<string, unknown>;
  /** Line of the file, from 1. */
  readonly line: number;
}

const WHERE = 'nas.tabularFile';
/** Names of the upper row, where a table of two rows of names was written by pandas: those of what is read, and of what only says how the table was split. */
const PARTS = ['features', 'labels'];
const SPLITS = ['groups', 'strata', 'sampling_index'];
/** Name of pandas' numbers of rows. */
const INDEX = '';

/** Names of columns; null for those that are left out. */
type Names = readonly (string | null)[];

/**
 * Rows of a file, one after the other: `.csv`, or `.jsonl` and `.ndjson`, each also with `.gz`.
 *
 * Of CSV by pandas, also with two rows of names, its numbers of rows and the columns by which a table was split are left out.
 *
 * @throws {SwitchyardError} where the file is of no such kind, a line cannot be read, or a column is there twice.
 */
export async function* readRows(file: string): AsyncGenerator<TableRow> {
  const [, kind, zipped] = /\.(csv|jsonl|ndjson)(\.gz)?$/.exec(file) ?? fail(WHERE, 'the file must end in .csv, .jsonl or .ndjson, or that and .gz', file); // prettier-ignore
  const source = createReadStream(file);
  const bytes = zipped === undefined ? source : source.pipe(createGunzip());
  // What goes wrong with the file goes wrong with what is read.
  source.on('error', (error) => bytes.destroy(error));
  const failed = new Promise<never>((_, reject) => bytes.on('error', reject));
  failed.catch(() => undefined);
  const lines = createInterface({ input: bytes, crlfDelay: Infinity })[Symbol.asyncIterator]();
  let upper: string[] | null = null;
  let columns: Names | null = null;
  for (let line = 1; ; line++) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done === true) {
      break;
    }
    const text = line === 1 ? next.value.replace(/^\uFEFF/, '') : next.value;
    if (text.trim() === '') {
      continue;
    }
    if (kind !== 'csv') {
      yield { cells: objectOf(text, line), line };
      continue;
    }
    const cells = csvCells(WHERE, text, line);
    if (columns === null && upper === null && isUpper(cells)) {
      upper = cells;
    } else if (columns === null) {
      columns = namesOf(cells, upper);
    } else if (cells.length !== columns.length) {
      fail(WHERE, `line ${line} must have a cell for each column (${columns.length})`, cells.length);
    } else if (upper === null || !isIndexName(cells)) {
      const names = columns;
      yield { cells: new Map(cells.flatMap((cell, i) => (names[i] === null ? [] : [[names[i], cell]]))), line };
    }
  }
}

function objectOf(text: string, line: number): Map<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // NaN is no JSON; that is what it mostly is.
    value = null;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : fail(WHERE, `line ${line} must be a JSON object`, text);
}

function isUpper(cells: readonly string[]): boolean {
  const [first, ...rest] = cells;
  const all = [...PARTS, ...SPLITS];
  return (first === INDEX || all.includes(first)) && rest.every((name) => all.includes(name)) && cells.some((name) => PARTS.includes(name)); // prettier-ignore
}

/** Whether this is the row in which pandas writes what its numbers of rows are called. */
function isIndexName([first, ...rest]: readonly string[]): boolean {
  return first !== '' && rest.length > 0 && rest.every((cell) => cell === '');
}

function namesOf(cells: readonly string[], upper: readonly string[] | null): Names {
  const names = cells.map((name, i) => ((name === INDEX && i === 0) || SPLITS.includes(upper?.[i] ?? '') ? null : name)); // prettier-ignore
  const twice = names.find((name, i) => name !== null && names.indexOf(name) !== i);
  return twice === undefined ? names : fail(WHERE, 'each column must have a name of its own', twice);
}
