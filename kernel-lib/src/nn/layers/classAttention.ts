import { type tf } from '../../base/backend';
import { stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import { SelfAttention } from './selfAttention';

/** Key of how much the first position attended to each other, a mean over heads; [B, N - 1]. */
export const CLASS_ATTENTION = stateKey<tf.Tensor2D>('classAttention');

/** Attention of all to all that leaves {@link CLASS_ATTENTION} behind: where the class token of a vision transformer looks. */
export class ClassAttention extends SelfAttention {
  override readonly kind = 'class-attention';

  protected override seen(probs: tf.Tensor, ctx: Context): void {
    const ofFirst = probs.slice([0, 0, 0, 1], [-1, -1, 1, -1]).mean(1);
    ctx.setState(CLASS_ATTENTION, ofFirst.reshape<tf.Tensor2D>([probs.shape[0], -1]));
  }
}
