/** Eigenvalues of a symmetric matrix, ascending, with a unit eigenvector each. */
export interface Eigen {
  values: Float64Array;
  /** Eigenvector of each value; [n][n]. */
  vectors: Float64Array[];
}

/** Steps in which one eigenvalue settles; more means that the matrix holds what is not finite. */
const MOST_STEPS = 60;

/** Eigenvalues and eigenvectors of a symmetric matrix on the host (Householder's tridiagonal form, then implicit QL; Golub and Van Loan, 8.3); O(n^3), for some hundred rows. Zero rows give nothing. */
export function symmetricEigen(matrix: readonly ArrayLike<number>[]): Eigen {
  const size = matrix.length;
  const { diagonal, beside, basis } = tridiagonal(matrix);
  implicitQl(diagonal, beside, basis);
  const order = Array.from({ length: size }, (_, i) => i).sort((a, b) => diagonal[a] - diagonal[b]);
  return { values: Float64Array.from(order, (i) => diagonal[i]), vectors: order.map((i) => basis[i]) };
}

interface Tridiagonal {
  diagonal: Float64Array;
  /** Of row i, what is right of the diagonal. */
  beside: Float64Array;
  /** Rows q with `q_i A q_j` tridiagonal. */
  basis: Float64Array[];
}

/** Householder reflections H that bring A to tridiagonal form; the basis is their product's columns, as rows. */
function tridiagonal(matrix: readonly ArrayLike<number>[]): Tridiagonal {
  const a = matrix.map((row) => Float64Array.from(row));
  const size = a.length;
  const basis = a.map((_, i) => Float64Array.from({ length: size }, (_unused, j) => Number(i === j)));
  for (let k = 0; k + 2 < size; k++) {
    const v = new Float64Array(size);
    let norm = 0;
    for (let i = k + 1; i < size; i++) {
      v[i] = a[i][k];
      norm = Math.hypot(norm, v[i]);
    }
    if (norm > 0) {
      v[k + 1] += v[k + 1] >= 0 ? norm : -norm;
      reflect(a, basis, v, k);
    }
  }
  return {
    diagonal: Float64Array.from(a, (row, i) => row[i]),
    beside: Float64Array.from(a, (row, i) => (i + 1 < size ? row[i + 1] : 0)),
    basis
  };
}

/** A <- H A H and basis <- H basis with `H = 1 - 2 v v^T / v^T v`, v zero up to k. */
function reflect(a: Float64Array[], basis: Float64Array[], v: Float64Array, k: number): void {
  const size = a.length;
  let square = 0;
  for (let i = k + 1; i < size; i++) {
    square += v[i] * v[i];
  }
  const p = new Float64Array(size);
  for (let i = k; i < size; i++) {
    for (let j = k + 1; j < size; j++) {
      p[i] += (2 * a[i][j] * v[j]) / square;
    }
  }
  let share = 0;
  for (let i = k + 1; i < size; i++) {
    share += (p[i] * v[i]) / square;
  }
  for (let i = k; i < size; i++) {
    p[i] -= share * v[i];
  }
  for (let i = k; i < size; i++) {
    for (let j = k; j < size; j++) {
      a[i][j] -= v[i] * p[j] + p[i] * v[j];
    }
  }
  const row = new Float64Array(size);
  for (let i = k + 1; i < size; i++) {
    for (let j = 0; j < size; j++) {
      row[j] += (2 * v[i] * basis[i][j]) / square;
    }
  }
  for (let i = k + 1; i < size; i++) {
    for (let j = 0; j < size; j++) {
      basis[i][j] -= v[i] * row[j];
    }
  }
}

/** Turns the tridiagonal form into the diagonal, and the basis along. */
function implicitQl(d: Float64Array, e: Float64Array, basis: Float64Array[]): void {
  const size = d.length;
  for (let l = 0; l < size; l++) {
    for (let step = 0; step < MOST_STEPS; step++) {
      let m = l;
      while (m + 1 < size && Math.abs(e[m]) > Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]))) {
        m++;
      }
      if (m === l) {
        break;
      }
      sweep(d, e, basis, l, m);
    }
  }
}

/** One implicit step with Wilkinson's shift on rows l..m. */
function sweep(d: Float64Array, e: Float64Array, basis: Float64Array[], l: number, m: number): void {
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  let g = d[m] - d[l] + e[l] / (half + Math.sign(half || 1) * Math.hypot(half, 1));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const [f, b] = [s * e[i], c * e[i]];
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    [s, c] = [f / r, g / r];
    const before = d[i + 1] - p;
    const turn = (d[i] - before) * s + 2 * c * b;
    p = s * turn;
    d[i + 1] = before + p;
    g = c * turn - b;
    const [x, y] = [basis[i], basis[i + 1]];
    for (let k = 0; k < x.length; k++) {
      const [u, w] = [x[k], y[k]];
      y[k] = s * u + c * w;
      x[k] = c * u - s * w;
    }
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}
