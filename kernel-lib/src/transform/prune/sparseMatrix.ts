/** A matrix in compressed rows: of each output the inputs that count, ascending, and their weights. */
export interface SparseMatrix {
  inputs: number;
  outputs: number;
  /** Where the values of each output begin, and where the last end; [outputs + 1]. */
  starts: Int32Array;
  /** Input of each value. */
  columns: Int32Array;
  values: Float32Array;
}

/** Values of a matrix that are not 0, from [inputs, outputs] row by row. */
export function compressRows(weights: Float32Array, inputs: number): SparseMatrix {
  const outputs = weights.length / inputs;
  const starts = new Int32Array(outputs + 1);
  const [columns, values]: [number[], number[]] = [[], []];
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      const value = weights[input * outputs + output];
      if (value !== 0) {
        columns.push(input);
        values.push(value);
      }
    }
    starts[output + 1] = values.length;
  }
  return { inputs, outputs, starts, columns: Int32Array.from(columns), values: Float32Array.from(values) };
}

/**
 * Product of a sparse matrix and pixels: [inputs, pixels] to [outputs, pixels], a row of pixels for each value that is not 0, so that what is read and written
 * lies in a row (arXiv 1911.09723). Added to `into`, where it is given.
 */
export function multiplySparse(
  { outputs, starts, columns, values }: SparseMatrix,
  x: Float32Array,
  pixels: number,
  into = new Float32Array(outputs * pixels)
): Float32Array {
  for (let output = 0; output < outputs; output++) {
    const row = output * pixels;
    for (let at = starts[output]; at < starts[output + 1]; at++) {
      const [value, from] = [values[at], columns[at] * pixels];
      for (let pixel = 0; pixel < pixels; pixel++) {
        into[row + pixel] += value * x[from + pixel];
      }
    }
  }
  return into;
}
