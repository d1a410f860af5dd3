import { tf } from '../../base/backend';
import { Context } from '../../base/core';
import { read } from '../../base/ops';
import type { LanguageModel } from '../../models/language';

/** Negative log-likelihoods of the tokens of one sequence, in nats: of each but the first, given those before it. */
export function tokenLosses(model: LanguageModel, ids: readonly number[]): Float32Array {
  const ctx = Context.create();
  try {
    return read(() => {
      const logits = model.apply(tf.tensor2d([...ids], [1, ids.length], 'int32'), ctx).squeeze<tf.Tensor2D>([0]);
      const before = logits.slice([0, 0], [ids.length - 1, -1]);
      const [rows] = before.shape;
      const places = tf.tensor2d(
        ids.slice(1).flatMap((id, i) => [i, id]),
        [rows, 2],
        'int32'
      );
      return before.logSumExp(1).sub(tf.gatherND(before, places));
    }) as Float32Array;
  } finally {
    ctx.dispose();
  }
}
