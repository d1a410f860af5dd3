/** A matrix [inputs, outputs], row by row. */
export interface Weights {
  values: Float32Array;
  outputs: number;
}

/** Inputs of a group of outputs whose values together are largest, ascending, all but `round(sparsity n)`; and the sum of the sizes of those. */
export function keptOfGroup(
  { values, outputs }: Weights,
  group: readonly number[],
  sparsity: number
): { inputs: number[]; size: number } {
  const inputs = values.length / outputs;
  const scores = new Float64Array(inputs);
  for (let input = 0; input < inputs; input++) {
    for (const output of group) {
      scores[input] += Math.abs(values[input * outputs + output]);
    }
  }
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  const kept = order.slice(0, inputs - Math.round(sparsity * inputs)).sort((a, b) => a - b);
  return { inputs: kept, size: kept.reduce((sum, input) => sum + scores[input], 0) };
}
