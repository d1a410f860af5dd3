import { core, tf } from '@switchyard/kernel-lib';

/** Shape of models that read {@link makeItems}. */
export const CLICK_SIZE = { slots: 4, inputWidth: 6, layers: 2, width: 16, hidden: 32 };

/** Items of which a click needs a feature of the first group and one of the third to be of one sign. */
export function makeItems(seed: number, count: number): { x: tf.Tensor3D; y: tf.Tensor1D } {
  return tf.tidy(() => {
    const x = core.Random.fromSeed(seed).normal([count, CLICK_SIZE.slots, CLICK_SIZE.inputWidth]) as tf.Tensor3D;
    const [first, third] = [0, 2].map((slot) => x.slice([0, slot, 0], [-1, 1, 1]).flatten());
    return { x, y: first.mul(third).greater(0).toFloat() as tf.Tensor1D };
  });
}

/** Mean log loss of clicks; odds are logits, [n]. */
export const logLoss = (odds: tf.Tensor, y: tf.Tensor1D): tf.Scalar => tf.softplus(odds).sub(odds.mul(y)).mean();
