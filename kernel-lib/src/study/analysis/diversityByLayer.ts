import type { tf } from '../../base/backend';
import type { Module } from '../../base/core';
import type { BootstrapOptions, Estimate } from '../../base/math/bootstrap';
import { diversity } from './diversity';
import { inputsOf } from './inputsOf';

/** {@link diversity} of each routed layer of a model, by path, in order of depth. */
export function diversityByLayer(
  model: Module,
  x: tf.Tensor,
  options: BootstrapOptions = {}
): Record<string, Estimate> {
  return Object.fromEntries(
    inputsOf(model, x).map(({ path, layer, tokens }) => {
      try {
        return [path, diversity(layer, tokens, options)];
      } finally {
        tokens.dispose();
      }
    })
  );
}
