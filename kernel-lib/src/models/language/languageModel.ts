import type { tf } from '../../base/backend';
import type { Context, Module } from '../../base/core';

/** A causal language model. */
export interface LanguageModel extends Module {
  readonly vocabSize: number;
  /** Most positions it takes at once; absent where it takes any number. */
  readonly contextLength?: number;
  /** Maps token ids [B, N] (int32) to logits [B, N, V]. */
  apply(tokens: tf.Tensor, ctx: Context): tf.Tensor;
}
