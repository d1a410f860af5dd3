import { fail } from '../../base/core';
import type { Candidate } from '../space';
import type { Evaluate, Measured } from './evaluate';

/** Options of `nas.tabular`. */
export interface TabularOptions {
  /** Measures of each candidate, by its key. */
  rows: ReadonlyMap<string, Measured>;
  /** Key of a candidate. */
  key: (candidate: Candidate) => string;
}

/**
 * An evaluation that looks candidates up in a table of networks that others trained: a search of thousands of trials takes seconds.
 *
 * @throws {SwitchyardError} in a trial, where the table has no such candidate.
 */
export function tabular({ rows, key }: TabularOptions): Evaluate {
  return ({ candidate }) => {
    const name = key(candidate);
    return rows.get(name) ?? fail('nas.tabular', 'the table must have the candidate', name);
  };
}
