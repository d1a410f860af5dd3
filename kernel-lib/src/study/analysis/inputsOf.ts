import type { tf } from '../../base/backend';
import { captureInputs } from '../../base/core';
import type { Module } from '../../base/core';
import { isMoeLayer } from '../../nn/moe/isMoeLayer';
import type { MoeLayer } from '../../nn/moe/layer';

/** A routed layer of a model, and the tokens that reached it. */
export interface LayerInputs {
  path: string;
  layer: MoeLayer;
  /** [T, D]; the caller disposes it. */
  tokens: tf.Tensor2D;
}

/**
 * Runs a model outside of training and keeps what each of its routed layers was given, in order of depth.
 *
 * @param x - The model's input; for a language model token ids [B, N].
 */
export function inputsOf(model: Module, x: tf.Tensor): LayerInputs[] {
  return captureInputs(model, x, isMoeLayer).map(({ path, module, input }) => {
    const tokens = input.reshape<tf.Tensor2D>([-1, input.shape.at(-1)!]);
    input.dispose();
    return { path, layer: module, tokens };
  });
}
