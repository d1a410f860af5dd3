import { textTable } from './textTable';

/** More rows than this are not read as text. */
const MOST = 24;

export interface Rows {
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** How many of the first columns stand to the left. */
  left: number;
  /** Noun for the rows, in the plural: "layers". */
  of: string;
  /** Rows that the payload itself lacks. */
  omitted?: number;
}

/** A table of the first rows; a last line says how many more there are. */
export function firstRows({ head, rows, left, of, omitted = 0 }: Rows): string[] {
  if (rows.length === 0) {
    return [`no ${of}`];
  }
  const more = Math.max(0, rows.length - MOST) + omitted;
  const table = textTable([head, ...rows.slice(0, MOST)], left);
  return more > 0 ? [...table, `${more} more ${of}`] : table;
}
