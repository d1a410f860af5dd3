export interface DensityOptions {
  rows: number;
  columns: number;
  /** Most cells on a side. */
  most: number;
}

/** The share of entries that are not 0 in each block of a matrix; at most [most][most]. `values` is [rows * columns]. */
export function maskDensity(values: ArrayLike<number>, { rows, columns, most }: DensityOptions): number[][] {
  const [height, width] = [Math.min(rows, most), Math.min(columns, most)];
  const kept = new Float64Array(height * width);
  const entries = new Float64Array(height * width);
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor((Math.floor(i / columns) * height) / rows);
    const column = Math.floor(((i % columns) * width) / columns);
    kept[row * width + column] += values[i] === 0 ? 0 : 1;
    entries[row * width + column]++;
  }
  return Array.from({ length: height }, (_, r) =>
    Array.from({ length: width }, (_unused, c) => kept[r * width + c] / entries[r * width + c])
  );
}
