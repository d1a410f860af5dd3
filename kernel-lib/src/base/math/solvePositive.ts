/**
 * Solves `A x = b` for a symmetric positive definite A by Cholesky's decomposition; O(n^3). Null where a pivot is not above
 * 1e-12 of its diagonal: A is singular as far as these numbers tell.
 */
export function solvePositive(a: readonly ArrayLike<number>[], b: ArrayLike<number>): Float64Array | null {
  const size = a.length;
  const lower = a.map(() => new Float64Array(size));
  const x = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let left = a[i][j];
      for (let k = 0; k < j; k++) {
        left -= lower[i][k] * lower[j][k];
      }
      if (i === j && !(left > 1e-12 * a[i][i])) {
        return null;
      }
      lower[i][j] = i === j ? Math.sqrt(left) : left / lower[j][j];
    }
    let left = b[i];
    for (let k = 0; k < i; k++) {
      left -= lower[i][k] * x[k];
    }
    x[i] = left / lower[i][i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) {
      x[i] -= lower[k][i] * x[k];
    }
    x[i] /= lower[i][i];
  }
  return x;
}
