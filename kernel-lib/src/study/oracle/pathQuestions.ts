import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { PathModel } from '../../nn/adaptive/pathModel';
import { PathRouter } from '../../nn/adaptive/pathRouter';
import type { Batch } from '../../train/data';

/** How many modules each block of the model chooses from; [L]. */
export function choicesOfBlocks(where: string, model: PathModel): number[] {
  return model.options.feedForwards.map((_, i) => {
    const router = model.modules().get(`layers.${i}.moe.router`);
    return router instanceof PathRouter
      ? router.numExperts
      : fail(where, `block ${i} must choose by adaptive.pathRouter`, router?.kind);
  });
}

/** Inputs [B, N] and what comes after each, [B N]; the caller disposes them. */
// As train.batch makes them; ids were checked where the data was read.
export function tensorsOf({ tokens, batchSize, length }: Batch): [tf.Tensor2D, tf.Tensor1D] {
  return tf.tidy(() => {
    const all = tf.tensor2d(tokens, [batchSize, length + 1], 'int32');
    return [all.slice<tf.Tensor2D>([0, 0], [-1, length]), all.slice([0, 1], [-1, length]).flatten() as tf.Tensor1D];
  });
}

/** The same paths for each of T tokens; [T * P * L]. */
export function repeat(paths: readonly (readonly number[])[], numTokens: number): Int32Array {
  const flat = paths.flat();
  const out = new Int32Array(numTokens * flat.length);
  for (let t = 0; t < numTokens; t++) {
    out.set(flat, t * flat.length);
  }
  return out;
}
