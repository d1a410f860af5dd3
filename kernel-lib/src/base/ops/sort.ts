import { tf } from '../backend';
import { fail } from '../core';
import { withoutGradient } from './gradient';
import { takeAlongRows } from './topK';

export interface SortOptions {
  /** Largest first. Default false. */
  descending?: boolean;
}

/**
 * Sorts along the last axis, smallest first: [..., N]. Equals keep their order; NaN ranks as Infinity and stays NaN.
 * The gradient goes back to where each value came from.
 */
export function sort<T extends tf.Tensor>(x: T, options: SortOptions = {}): T {
  return tf.tidy(() => {
    const rows = toRows('ops.sort', x);
    return takeAlongRows(rows, order(rows, options)).reshape(x.shape) as T;
  });
}

/** Positions that sort `x` along the last axis, as {@link sort} does; int32 [..., N]. No gradient. */
export function argsort<T extends tf.Tensor>(x: T, options: SortOptions = {}): T {
  return withoutGradient(() => order(toRows('ops.argsort', x), options).reshape(x.shape) as T);
}

function toRows(where: string, x: tf.Tensor): tf.Tensor2D {
  if (x.rank === 0) {
    fail(where, 'expects a tensor of rank 1 or more', x.rank);
  }
  return x.reshape([-1, x.shape[x.rank - 1]]);
}

function order(rows: tf.Tensor2D, { descending = false }: SortOptions): tf.Tensor2D {
  return withoutGradient(() => {
    const signed = descending ? rows : rows.neg();
    const keys = tf.where(tf.isNaN(rows), descending ? Infinity : -Infinity, signed);
    return tf.topk(keys, rows.shape[1]).indices as tf.Tensor2D;
  });
}
