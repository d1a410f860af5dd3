/**
 * Cholesky's decomposition on the host, O(n^3): the lower triangle L with `L L^T = A` of a symmetric positive definite A, as rows. Null
 * where a pivot is not above 1e-12 of its diagonal: A is singular as far as these numbers tell.
 */
export function lowerFactor(a: readonly ArrayLike<number>[]): Float64Array[] | null {
  // One buffer for all rows: many small ones cost more than the arithmetic.
  const values = new Float64Array(a.length ** 2);
  const lower = a.map((_, i) => values.subarray(i * a.length, (i + 1) * a.length));
  for (let i = 0; i < a.length; i++) {
    const row = lower[i];
    for (let j = 0; j <= i; j++) {
      const other = lower[j];
      let left = a[i][j];
      for (let k = 0; k < j; k++) {
        left -= row[k] * other[k];
      }
      if (i === j && !(left > 1e-12 * a[i][i])) {
        return null;
      }
      row[j] = i === j ? Math.sqrt(left) : left / other[j];
    }
  }
  return lower;
}

/** Solves `L y = b` for a lower triangle; O(n^2). */
export function solveLower(lower: readonly Float64Array[], b: ArrayLike<number>): Float64Array {
  const y = new Float64Array(lower.length);
  for (let i = 0; i < lower.length; i++) {
    const row = lower[i];
    let left = b[i];
    for (let k = 0; k < i; k++) {
      left -= row[k] * y[k];
    }
    y[i] = left / row[i];
  }
  return y;
}

/** Solves `L^T x = y` for a lower triangle; O(n^2). */
export function solveUpper(lower: readonly Float64Array[], y: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(y);
  for (let i = lower.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < lower.length; k++) {
      x[i] -= lower[k][i] * x[k];
    }
    x[i] /= lower[i][i];
  }
  return x;
}
