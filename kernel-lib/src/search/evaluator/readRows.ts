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
/** Names of the upper row, where a table of two rows of names was written by pandas. */
const PARTS = ['features', 'labels'];

/**
 * Rows of a file, one after the other: `.csv`, or `.jsonl` and `.ndjson`, each also with `.gz`.
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
  let columns: string[] | null = null;
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
    if (columns === null || columns.every((name) => PARTS.includes(name))) {
      columns = expectNames(cells);
    } else if (cells.length !== columns.length) {
      fail(WHERE, `line ${line} must have a cell for each column (${columns.length})`, cells.length);
    } else {
      const names = columns;
      yield { cells: new Map(cells.map((cell, i) => [names[i], cell])), line };
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

function expectNames(cells: string[]): string[] {
  const twice = cells.find((name, i) => cells.indexOf(name) !== i && !PARTS.includes(name));
  return twice === undefined ? cells : fail(WHERE, 'each column must have a name of its own', twice);
}
