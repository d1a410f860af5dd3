import { tf } from '../../backend';
import { Context } from '../../core';
import type { Module } from '../../core';
import { isMoeLayer } from '../isMoeLayer';
import type { MoeLayer } from '../layer';

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
  const found: LayerInputs[] = [];
  const layers = Array.from(model.modules()).filter((entry): entry is [string, MoeLayer] => isMoeLayer(entry[1]));
  const ctx = Context.create();
  try {
    for (const [path, layer] of layers) {
      const apply = layer.apply.bind(layer);
      // Seen by this one pass only: what the instance gets is taken away below.
      layer.apply = (input, scope) => {
        found.push({
          path,
          layer,
          tokens: tf.keep(tf.tidy(() => input.reshape<tf.Tensor2D>([-1, input.shape.at(-1)!]).clone()))
        });
        return apply(input, scope);
      };
    }
    tf.tidy(() => void model.apply(x, ctx));
  } finally {
    layers.forEach(([, layer]) => Reflect.deleteProperty(layer, 'apply'));
    ctx.dispose();
  }
  return found;
}
