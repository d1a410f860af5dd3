import { fail } from '../../base/core';

/** An empirical distribution: the share of samples at most as high. */
export interface Edf {
  /** Values, ascending. */
  readonly values: readonly number[];
  /** Share of samples that are at most `value`. */
  at(value: number): number;
}

/**
 * The empirical distribution of the errors of a design space's samples (arXiv 1905.13214): a space whose distribution lies above another's
 * holds better networks.
 *
 * @throws {SwitchyardError} where there is no sample, or one that is no number.
 */
export function edf(samples: readonly number[]): Edf {
  const wrong = samples.find((each) => Number.isNaN(each));
  if (samples.length === 0 || wrong !== undefined) {
    fail('nas.edf', 'samples must be one number or more', wrong ?? 'none');
  }
  const values = [...samples].sort((a, b) => a - b);
  return { values, at: (value) => values.filter((each) => each <= value).length / values.length };
}
