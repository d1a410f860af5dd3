import { tf } from '../backend';
import { Context } from './context';
import type { Module } from './module';

/** A module of a model, and what reached it once. */
export interface CapturedInput<M extends Module> {
  /** Path of the pass: a block that is applied three times is found as "layers.0", "layers.1" and "layers.2". */
  path: string;
  module: M;
  /** The caller disposes it. */
  input: tf.Tensor;
}

/**
 * The inputs of some modules: runs a model outside of training and keeps what each `wanted` module was given, in order of the pass.
 * Adapters and whatever else intercepts a module stay where they are.
 *
 * @param x - The model's input; for a language model token ids [B, N].
 */
export function captureInputs<M extends Module>(
  model: Module,
  x: tf.Tensor,
  wanted: (module: Module) => module is M
): CapturedInput<M>[] {
  const found: CapturedInput<M>[] = [];
  // Once each, wherever in the tree it is held: the paths are those of the pass.
  const modules = [...new Set(model.modules().values())].filter(wanted);
  const ctx = Context.create();
  const release = modules.map((module) =>
    module.intercept((inner, input, { path }) => {
      found.push({ path, module, input: tf.keep(input.clone()) });
      return inner(input);
    })
  );
  try {
    tf.tidy(() => void model.apply(x, ctx));
  } catch (error) {
    found.forEach(({ input }) => input.dispose());
    throw error;
  } finally {
    release.forEach((undo) => undo());
    ctx.dispose();
  }
  return found;
}
