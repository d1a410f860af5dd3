import { tf } from '../../../base/backend';
import { Context } from '../../../base/core';
import { nextTurn } from '../../loop/nextTurn';
import type { Rows } from './rows';

/** Sums of what `of` gives for each batch of all rows, as vectors of one length; outside of training, a batch a turn of the event loop. */
export async function sumOver(
  rows: Rows,
  of: (parts: tf.Tensor[], ctx: Context, batch: Int32Array) => tf.Tensor1D
): Promise<Float64Array> {
  let sums: Float64Array | null = null;
  for (const batch of rows.all()) {
    await nextTurn();
    const ctx = Context.create();
    try {
      const values = tf.tidy(() => of(rows.take(batch), ctx, batch).dataSync());
      sums = Float64Array.from(values, (value, i) => value + (sums?.[i] ?? 0));
    } finally {
      ctx.dispose();
    }
  }
  return sums!;
}
