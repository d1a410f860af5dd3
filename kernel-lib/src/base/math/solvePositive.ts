import { lowerFactor, solveLower, solveUpper } from './lowerFactor';

/** Solves `A x = b` for a symmetric positive definite A; O(n^3). Null where A is singular as far as these numbers tell. */
export function solvePositive(a: readonly ArrayLike<number>[], b: ArrayLike<number>): Float64Array | null {
  const lower = lowerFactor(a);
  return lower === null ? null : solveUpper(lower, solveLower(lower, b));
}
