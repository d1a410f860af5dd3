import { fail } from '../../../base/core';

/** Checks the experts that a token is to have on average: above 0, and, once it is known, at most `numExperts`. */
export function checkMeanK(where: string, k: number, numExperts = Infinity): void {
  if (!(Number.isFinite(k) && k > 0)) {
    fail(where, 'k must be a number above 0', k);
  }
  if (k > numExperts) {
    fail(where, `k must be at most numExperts (${numExperts})`, k);
  }
}
