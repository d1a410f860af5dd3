/** @file A table as comma-separated values (RFC 4180). */
import type { ITable } from '../table';

/** Text is always quoted and so stays text; plain numbers are not. */
export function csv({ columns, rows }: ITable): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(text: string): string {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? text : `"${text.replace(/"/g, '""')}"`;
}
