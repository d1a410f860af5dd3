/**
 * Solver of the Poisson equation on the inner points of a square grid, 0 on its border: the Laplacian of five points is diagonal in products of sines. Where the right side is open, the value there is that of its neighbour, which half sines
 * are diagonal in.
 *
 * @param inner - Inner points a side.
 * @param step - Distance of two points.
 */
export function sineSolver(inner: number, step: number, { open = false } = {}): (right: Float64Array) => Float64Array {
  const [up, along] = [sinesOf(inner, inner + 1, 0), open ? sinesOf(inner, inner + 0.5, 0.5) : sinesOf(inner, inner + 1, 0)]; // prettier-ignore
  const values = (period: number, shift: number): Float64Array => Float64Array.from({ length: inner }, (_, i) => (2 - 2 * Math.cos((Math.PI * (i + 1 - shift)) / period)) / step ** 2); // prettier-ignore
  const [ofRow, ofColumn] = [values(inner + 1, 0), open ? values(inner + 0.5, 0.5) : values(inner + 1, 0)];
  const back = transposed(along, inner);
  return (right) => {
    const waves = times(times(up, right, inner), along, inner);
    const scaled = waves.map((value, i) => -value / (ofRow[Math.floor(i / inner)] + ofColumn[i % inner]));
    return times(times(up, scaled, inner), back, inner);
  };
}

/** Orthonormal sines, a column each: of point i and wave k, `sin(pi (k - shift) i / period)`. */
function sinesOf(size: number, period: number, shift: number): Float64Array {
  const scale = Math.sqrt(2 / period);
  return Float64Array.from({ length: size * size }, (_, i) => scale * Math.sin((Math.PI * (Math.floor(i / size) + 1) * ((i % size) + 1 - shift)) / period)); // prettier-ignore
}

function transposed(a: Float64Array, size: number): Float64Array {
  return a.map((_, i) => a[(i % size) * size + Math.floor(i / size)]);
}

/** Product of two square matrices. */
function times(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k];
      for (let j = 0; j < size; j++) {
        out[i * size + j] += factor * b[k * size + j];
      }
    }
  }
  return out;
}
