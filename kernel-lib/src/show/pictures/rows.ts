import { cutFront } from './cutFront';

/** Room for names of rows. */
export const LEFT = 120;
const LETTERS = 18;
const MOST_NAMES = 24;

/** A scale of rows from top to bottom, with the names of at most 24 of them. */
export function rowScale(names: readonly string[]) {
  const stride = Math.ceil(names.length / MOST_NAMES);
  return {
    type: 'band' as const,
    round: false,
    domain: names.map((_, i) => i),
    ticks: names.map((_, i) => i).filter((i) => i % stride === 0),
    tickFormat: (i: number) => cutFront(names[i], LETTERS),
    tickSize: 0,
    label: null,
    padding: 0.12
  };
}

/** Height of so many rows, in pixels. */
export function rowsHeight(count: number): number {
  return Math.round(Math.min(320, Math.max(40, count * 20)));
}
