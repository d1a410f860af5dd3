import { tf } from '../../base/backend';
import { expectShape } from '../../base/core';
import { crossEntropy } from '../../base/ops';

/** Views of slates: items shown and clicks on them; [B] views. */
export interface SlateViews {
  /** Items that were shown, int32 [B, K]. */
  slates: tf.Tensor2D;
  /** Place of the one that was clicked, 0..K-1, or K where none was; int32 [B]. */
  clicked: tf.Tensor1D;
}

/** Logits of the items shown and, last, of no click, [B, K + 1], from those of all items [B, I] and that of no click. */
export function slateLogits(scores: tf.Tensor2D, slates: tf.Tensor2D, noClick: tf.Scalar): tf.Tensor2D {
  const where = 'models.slateLogits';
  expectShape(where, scores, ['B', 'I']);
  expectShape(where, slates, [scores.shape[0], 'K']);
  return tf.tidy(() => {
    const [batch, items] = scores.shape;
    const starts = tf.range(0, batch, 1, 'int32').mul(tf.scalar(items, 'int32')).expandDims(1);
    const shown = tf.gather(scores.reshape([batch * items]), slates.add(starts).toInt()) as tf.Tensor2D;
    return tf.concat([shown, tf.ones([batch, 1]).mul<tf.Tensor2D>(noClick)], 1);
  });
}

/**
 * Cross entropy of clicks among what was shown alone (arXiv 2104.15046), in nats, [B]: a softmax over the items of a slate and no click, so that what was never shown is not learnt to be disliked.
 *
 * @param scores - Logits of all items, [B, I].
 * @param noClick - Logit of no click.
 */
export function slateLoss(scores: tf.Tensor2D, { slates, clicked }: SlateViews, noClick: tf.Scalar): tf.Tensor1D {
  return tf.tidy(() => crossEntropy(slateLogits(scores, slates, noClick), clicked));
}
