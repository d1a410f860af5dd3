import { tf } from '../../base/backend';
import type { HostMatrix, Packed } from './packed';

/** Inputs that some output reads, and outputs that read some input; ascending. */
export function liveChannels({ weights, inputs, outputs }: HostMatrix): { inputs: Int32Array; outputs: Int32Array } {
  const count = (size: number, isLive: (i: number) => boolean): Int32Array =>
    Int32Array.from(Array.from({ length: size }, (_, i) => i).filter(isLive));
  // Of a channel that is live some value soon is not 0.
  const some = (first: number, end: number, step: number): boolean => {
    let at = first;
    while (at < end && weights[at] === 0) {
      at += step;
    }
    return at < end;
  };
  return {
    inputs: count(inputs, (input) => some(input * outputs, (input + 1) * outputs, 1)),
    outputs: count(outputs, (output) => some(output, weights.length, outputs))
  };
}

/** A matrix of the live channels alone, of which there are some: rows are gathered, multiplied, and put back among zeros. */
export function packChannels(matrix: HostMatrix): Packed {
  const live = liveChannels(matrix);
  const values = new Float32Array(live.inputs.length * live.outputs.length);
  live.inputs.forEach(
    (input, i) =>
    live.outputs.forEach((output, j) => (values[i * live.outputs.length + j] = matrix.weights[input * matrix.outputs + output])) // prettier-ignore
  );
  const kept = tf.tidy(() => tf.variable(tf.tensor2d(values, [live.inputs.length, live.outputs.length])));
  // Of each output its place among the live ones; of those that are none the column of zeros behind them.
  const places = new Int32Array(matrix.outputs).fill(live.outputs.length);
  live.outputs.forEach((output, i) => (places[output] = i));
  const whole = live.outputs.length === matrix.outputs;
  const [from, to] = [tf.tensor1d(live.inputs, 'int32'), tf.tensor1d(places, 'int32')];
  return {
    ...{
      values: kept,
      multiplications: values.length,
      bytes: 4 * (values.length + live.inputs.length + places.length)
    },
    multiply: (x) =>
      tf.tidy((): tf.Tensor2D => {
        const y: tf.Tensor2D = tf.matMul(live.inputs.length === matrix.inputs ? x : tf.gather(x, from, 1), kept);
        return whole ? y : tf.gather(tf.pad2d(y, [[0, 0], [0, 1]]), to, 1); // prettier-ignore
      }),
    dispose: () => tf.dispose([kept, from, to])
  };
}
