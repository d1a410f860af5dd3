import { tf } from '../../backend';
import { type CompressedRows, perGraph } from '../../graph';

export function int32(values: Int32Array | readonly number[]): tf.Tensor1D {
  return tf.tensor1d(values as Int32Array, 'int32');
}

/** Row of each edge, in the order of the rows; [M]. */
export const rowOf = perGraph(({ starts, neighbours }: CompressedRows): Int32Array => {
  const out = new Int32Array(neighbours.length);
  for (let row = 0; row + 1 < starts.length; row++) {
    out.fill(row, starts[row], starts[row + 1]);
  }
  return out;
});

/** 0..count-1 in blocks of at most `step`: where each begins and its size. */
export function blocksOf(count: number, step: number): [from: number, size: number][] {
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => [i * step, Math.min(step, count - i * step)]);
}

/** Whether edges are numbered by their place. */
export const inOrder = perGraph(({ edges }: CompressedRows): boolean => edges.every((edge, at) => edge === at));
