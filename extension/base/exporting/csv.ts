/** @file A table as comma-separated values (RFC 4180). */
import type { ITable, IValue } from '../table';

/**
 * Plain numbers are bare, text is quoted. A spreadsheet takes text that begins with one of these for a formula, quoted or not: such
 * text has an apostrophe before it, which says that it is text.
 */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Numbers at their full precision, and text as it is; what is not there is empty. */
export function csv(table: ITable): string {
  const { columns, rows } = table.saved ?? table;
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: IValue): string {
  if (typeof value !== 'string') {
    return value === null ? '' : String(value);
  }
  const text = value;
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) {
    return text;
  }
  return `"${FORMULA.test(text) ? "'" : ''}${text.replace(/"/g, '""')}"`;
}
