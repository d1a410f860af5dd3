import { expectNumber, fail } from '../../../base/core';

/** Shares of a split. */
export interface SplitShares {
  /** Share that validation gets, 0..1. Default 0.1. */
  validation?: number;
  /** Share that the test gets, 0..1. Default 0.1. */
  test?: number;
  /** Default 0. */
  seed?: number;
}

/** Checked shares with their defaults. @throws {SwitchyardError} where they leave nothing to train on. */
export function checkedShares(
  where: string,
  { validation = 0.1, test = 0.1 }: SplitShares
): { validation: number; test: number } {
  expectNumber(where, 'validation', validation, 0, 1);
  expectNumber(where, 'test', test, 0, 1);
  return validation + test < 1 ? { validation, test } : fail(where, 'validation and test must leave something to train on', validation + test); // prettier-ignore
}

/** How many of `count` each part gets. @throws {SwitchyardError} where nothing is left, or a part that is asked for would be empty. */
export function sizesOf(
  where: string,
  what: string,
  count: number,
  { validation, test }: { validation: number; test: number }
): { validation: number; test: number } {
  const sizes = { validation: Math.round(validation * count), test: Math.round(test * count) };
  const empty = (validation > 0 && sizes.validation === 0) || (test > 0 && sizes.test === 0);
  if (empty || sizes.validation + sizes.test >= count) {
    fail(where, `each part must have one of the ${what} at least`, { count, ...sizes });
  }
  return sizes;
}
