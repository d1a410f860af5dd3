/** @file Checks of arrays that must agree in length: shares of a whole, tables, arrays that may be left out. */
import { checkArray, checkInteger, checkNumber, checkNumeric, refuse } from './checks';
import type { Check } from './checks';

/** Shares are rounded for transport; their sum may be off by this much. */
const SUM_TOLERANCE = 0.02;

export const share: Check = (value, path) => checkNumber(value, path, 0, 1);
export const shareOrNull: Check = (value, path) => checkNumeric(value, path, 0, 1);
export const magnitudeOrNull: Check = (value, path) => checkNumeric(value, path, 0);

/** The length that an array must have which may be left out by being empty. */
export function orEmpty(value: unknown, length: number): number {
  return Array.isArray(value) && value.length === 0 ? 0 : length;
}

/** Shares of a whole: they sum to 1, or are all 0 where nothing was assigned. */
export function checkShares(value: unknown, path: string, length: number): void {
  const shares = checkArray(value, path, { length, item: share }) as number[];
  const sum = shares.reduce((total, x) => total + x, 0);
  if (sum !== 0 && Math.abs(sum - 1) > SUM_TOLERANCE) {
    refuse(path, 'must sum to 1, or be all 0', sum);
  }
}

/** An array of `rows` arrays of `columns` values each. */
export function checkTable(value: unknown, path: string, [rows, columns]: number[], item: Check): void {
  const row: Check = (entries, at) => checkArray(entries, at, { length: columns, item });
  checkArray(value, path, { length: rows, item: row });
}

/** How many entries were left out; absent where none was. */
export function checkOmitted(value: unknown, path: string): void {
  if (value !== undefined) {
    checkInteger(value, path, 0);
  }
}
