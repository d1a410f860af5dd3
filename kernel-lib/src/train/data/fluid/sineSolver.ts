/**
 * Solver of the Poisson equation on the inner points of a square grid, 0 on its border: the Laplacian of five points is diagonal in products of sines.
 *
 * @param inner - Inner points a side.
 * @param step - Distance of two points.
 */
export function sineSolver(inner: number, step: number): (right: Float64Array) => Float64Array {
  const scale = Math.sqrt(2 / (inner + 1));
  const sines = Float64Array.from({ length: inner * inner }, (_, i) => scale * Math.sin((Math.PI * (Math.floor(i / inner) + 1) * ((i % inner) + 1)) / (inner + 1))); // prettier-ignore
  const values = Float64Array.from({ length: inner }, (_, i) => (2 - 2 * Math.cos((Math.PI * (i + 1)) / (inner + 1))) / step ** 2); // prettier-ignore
  // Sines are their own inverse and transpose.
  const bothSides = (of: Float64Array): Float64Array => times(times(sines, of, inner), sines, inner);
  return (right) => bothSides(bothSides(right).map((value, i) => -value / (values[Math.floor(i / inner)] + values[i % inner]))); // prettier-ignore
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
