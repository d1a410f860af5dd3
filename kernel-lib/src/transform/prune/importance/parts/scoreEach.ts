import { tf } from '../../../../base/backend';
import type { Module } from '../../../../base/core';

// Names that biases and shifts have in layers and banks.
const BIAS = /(^|\.)(bias|beta|b\d*)$/;

/** Option of criteria that score every parameter. */
export interface BiasOptions {
  /** Biases, and the shifts of norms, count too. Default false, as in Torch-Pruning. */
  biases?: boolean;
}

/** Whether this is the path of a bias, or of a norm's shift. */
export function isBias(path: string): boolean {
  return BIAS.test(path);
}

/** A score for each parameter, by path, of its value; masked values are 0. */
export function scoreEach(
  model: Module,
  { biases = false }: BiasOptions,
  f: (value: tf.Tensor, path: string) => tf.Tensor
): Map<string, tf.Tensor> {
  const paths = [...model.parameters().keys()].filter((path) => biases || !isBias(path));
  return new Map(paths.map((path) => [path, tf.tidy(() => f(maskedValue(model, path), path))]));
}

/** The stored value of a parameter as float32, in its stored shape, with 0 where it is masked. */
export function maskedValue(model: Module, path: string): tf.Tensor {
  const parameter = model.parameters().get(path)!;
  const value = parameter.packed?.unpack() ?? parameter.variable.clone();
  const mask = model.buffers().get(`${path}Mask`);
  return mask === undefined ? value : value.mul(mask.variable);
}
