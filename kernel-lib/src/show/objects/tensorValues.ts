import { tf } from '../../base/backend';

/** Rows of values out of a tensor. */
export interface Values {
  rows: number[][];
  /** Every how many-th row and column there is; 1 for all. */
  strides: [number, number];
}

/**
 * Reads at most `most` rows and columns of a matrix, evenly spread; of a vector, which is one row, as many columns. No more
 * than that leaves the device.
 */
export function spreadValues(tensor: tf.Tensor, most: readonly [number, number]): Values {
  const shape = matrixShape(tensor);
  const strides = shape.map((length, axis) => Math.ceil(length / most[axis])) as [number, number];
  const count = shape.map((length, axis) => Math.ceil(length / strides[axis]));
  const values = tf.tidy(() =>
    tf.stridedSlice(tensor.reshape(shape), [0, 0], shape, strides).toFloat().dataSync<'float32'>()
  );
  return { rows: split(values, count[1]), strides };
}

/** Reads the first `most` rows and columns of a tensor's first matrix. */
export function firstValues(tensor: tf.Tensor, most: readonly [number, number]): (number | string)[][] {
  const { rank, shape } = tensor;
  const size = shape.map((length, axis) => (axis < rank - 2 ? 1 : Math.min(length, most[axis - rank + 2])));
  const values = tf.tidy(() =>
    (rank === 0 ? tensor : tf.slice(tensor, new Array<number>(rank).fill(0), size)).dataSync()
  );
  return split(values as ArrayLike<number | string>, rank === 0 ? 1 : size[rank - 1]);
}

function matrixShape(tensor: tf.Tensor): [number, number] {
  const shape: number[] = tensor.shape;
  return shape.length === 1 ? [1, shape[0]] : [shape[0], shape[1]];
}

function split<T>(values: ArrayLike<T>, width: number): T[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
}
