/** Rotations of all pairs after which what is left off the diagonal is rounding. */
const MOST_SWEEPS = 60;

/** Eigenvalues of a symmetric matrix on the host, the largest first, by Jacobi's rotations; O(n^3) a sweep, for some hundred rows. */
export function symmetricEigenvalues(matrix: readonly ArrayLike<number>[]): number[] {
  const a = matrix.map((row) => Float64Array.from(row));
  const size = a.length;
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a) > 0; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        rotate(a, p, q);
      }
    }
  }
  return a.map((row, i) => row[i]).sort((x, y) => y - x);
}

/** Turns rows and columns p and q so that a[p][q] is 0 (Golub and Van Loan, 8.5.2). */
function rotate(a: Float64Array[], p: number, q: number): void {
  if (a[p][q] === 0) {
    return;
  }
  const tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (const row of a) {
    const [x, y] = [row[p], row[q]];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[p][i], a[q][i]];
    a[p][i] = c * x - s * y;
    a[q][i] = s * x + c * y;
  }
  a[p][q] = 0;
  a[q][p] = 0;
}

/** Sum of the magnitudes above the diagonal that are not negligible beside it. */
function offDiagonal(a: readonly Float64Array[]): number {
  const scale = Math.max(...a.map((row, i) => Math.abs(row[i])), Number.MIN_VALUE) * 1e-17;
  return a.reduce(
    (sum, row, i) => sum + row.subarray(i + 1).reduce((inner, x) => inner + (Math.abs(x) > scale ? Math.abs(x) : 0), 0),
    0
  );
}
