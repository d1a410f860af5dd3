import { tf } from '../backend';
import { Context } from './context';
import type { Module } from './module';

/** A module of a model, and what reached it. */
export interface CapturedInput<M extends Module> {
  path: string;
  module: M;
  /** The caller disposes it. */
  input: tf.Tensor;
}

/**
 * Runs a model outside of training and keeps what each `wanted` module was given, in order of the pass.
 *
 * @param x - The model's input; for a language model token ids [B, N].
 */
export function captureInputs<M extends Module>(
  model: Module,
  x: tf.Tensor,
  wanted: (module: Module) => module is M
): CapturedInput<M>[] {
  const found: CapturedInput<M>[] = [];
  const modules = Array.from(model.modules()).filter((entry): entry is [string, M] => wanted(entry[1]));
  const ctx = Context.create();
  try {
    for (const [path, module] of modules) {
      const apply = module.apply.bind(module);
      // Seen by this one pass only: what the instance gets is taken away below.
      module.apply = (input, scope) => {
        found.push({ path, module, input: tf.keep(input.clone()) });
        return apply(input, scope);
      };
    }
    tf.tidy(() => void model.apply(x, ctx));
  } finally {
    modules.forEach(([, module]) => Reflect.deleteProperty(module, 'apply'));
    ctx.dispose();
  }
  return found;
}
