import { tf } from '../../base/backend';
import { Context } from '../../base/core';
import type { Module } from '../../base/core';
import { inputsOf } from './inputsOf';

/** Probabilities that a routed layer's router gave each token. */
export interface LayerProbs {
  path: string;
  /** The router's kind. */
  router: string;
  /** Probability of each expert for each token; [T][E]. */
  probs: number[][];
}

/**
 * Runs a model outside of training and reads the probabilities of each of its routers, in order of depth.
 *
 * @param x - The model's input; for a language model token ids [B, N].
 */
export function routerProbs(model: Module, x: tf.Tensor): LayerProbs[] {
  return inputsOf(model, x).map(({ path, layer, tokens }) => {
    const ctx = Context.create();
    try {
      const probs = tf.tidy(() => layer.router.route(tokens, ctx).probs.arraySync());
      return { path, router: layer.router.kind, probs };
    } finally {
      ctx.dispose();
      tokens.dispose();
    }
  });
}
