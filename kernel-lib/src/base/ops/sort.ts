import { tf } from '../backend';
import { expectDtype, expectRank } from '../core';
import { withoutGradient } from './gradient';
import { largest, takeAlongRows } from './topK';

/** Options of `ops.sort`. */
export interface SortOptions {
  /** Largest first. Default false. */
  descending?: boolean;
}

/**
 * Sorts along the last axis, smallest first: [..., N]. Equals keep their order; NaN ranks as Infinity and stays NaN. Values are float32 or
 * int32.
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
  expectDtype(where, 'x', x, 'float32', 'int32');
  expectRank(where, x, 1);
  // Not -1 for the rows: of nothing, their number could not be found out.
  const rows = x.shape.slice(0, -1).reduce((product, n) => product * n, 1);
  return x.reshape([rows, x.shape[x.rank - 1]]);
}

function order(rows: tf.Tensor2D, { descending = false }: SortOptions): tf.Tensor2D {
  return withoutGradient(() => {
    if (rows.size === 0) {
      return tf.zeros(rows.shape, 'int32');
    }
    if (rows.dtype === 'int32') {
      // -1 - x, since the least int32 has no negative.
      return largest(descending ? rows : rows.neg().sub(tf.scalar(1, 'int32')), rows.shape[1]);
    }
    const signed = descending ? rows : rows.neg();
    return largest(tf.where(tf.isNaN(rows), descending ? Infinity : -Infinity, signed), rows.shape[1]);
  });
}
