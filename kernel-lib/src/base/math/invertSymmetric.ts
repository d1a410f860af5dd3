import { lowerFactor } from './lowerFactor';

/** Inverse of a symmetric positive definite matrix on the host; O(n^3). Null where it is singular as far as these numbers tell. */
export function invertSymmetric(a: readonly ArrayLike<number>[]): Float64Array[] | null {
  const lower = lowerFactor(a);
  if (lower === null) {
    return null;
  }
  const size = lower.length;
  // Rows of L^-1, then (L^-1)^T L^-1.
  const inverse = lower.map((row, i) => {
    const out = new Float64Array(size);
    out[i] = 1 / row[i];
    return out;
  });
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) {
      const factor = lower[i][k] / lower[i][i];
      const above = inverse[k];
      const own = inverse[i];
      for (let j = 0; j <= k; j++) {
        own[j] -= factor * above[j];
      }
    }
  }
  const out = lower.map(() => new Float64Array(size));
  for (let k = 0; k < size; k++) {
    const row = inverse[k];
    for (let i = 0; i <= k; i++) {
      const value = row[i];
      const into = out[i];
      for (let j = 0; j <= i; j++) {
        into[j] += value * row[j];
      }
    }
  }
  out.forEach((row, i) => row.forEach((value, j) => j < i && (out[j][i] = value)));
  return out;
}
