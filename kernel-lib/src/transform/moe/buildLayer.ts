import { tf } from '../../base/backend';
import { fail, showShape } from '../../base/core';
import type { Module } from '../../base/core';
import { layer } from '../../nn/moe/layer';
import type { MoeLayer, MoeLayerOptions } from '../../nn/moe/layer';

/** Values by path. */
export type Values = ReadonlyMap<string, tf.Tensor>;

/** Builds a layer and stores `values` in it; what is not named keeps its initial value. */
export function buildLayer(options: MoeLayerOptions, values: Values): MoeLayer {
  const built = layer(options);
  try {
    assignValues(built, values);
    return built;
  } catch (error) {
    built.dispose();
    throw error;
  }
}

/** Stores values in parameters and buffers of a module, by path. */
export function assignValues(module: Module, values: Values): void {
  const stored = storedVariables(module);
  values.forEach((value, path) => {
    const variable = stored.get(path) ?? fail('moe', 'must be the path of a parameter or buffer', path);
    if (showShape(variable.shape) !== showShape(value.shape)) {
      fail(path, `expects shape ${showShape(variable.shape)}`, showShape(value.shape));
    }
    variable.assign(value);
  });
}

/** Values under a path: `w1` to `experts.w1`. */
export function under(prefix: string, values: Values): Map<string, tf.Tensor> {
  return new Map([...values].map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** All that a module stores, by path, parameters as layers read them. */
export function storedValues(module: Module): Map<string, tf.Tensor> {
  const values = new Map<string, tf.Tensor>();
  module.stored().forEach((each, path) => values.set(path, each.read()));
  return values;
}

/**
 * Values that `source` stores, cut down to some of its experts: where `target` has `experts.length` along an axis and
 * `source` more, the entries of those experts are taken.
 */
export function takeExperts(source: Module, target: Module, experts: readonly number[]): Map<string, tf.Tensor> {
  const index = tf.tensor1d(experts as number[], 'int32');
  const wanted = storedVariables(target);
  return new Map(
    [...storedValues(source)].map(([path, value]) => {
      const shape = wanted.get(path)?.shape ?? fail('moe', 'both modules must store the same', path);
      const axis = shape.findIndex((size, i) => size !== value.shape[i]);
      return [path, axis < 0 ? value : tf.gather(value, index, axis)];
    })
  );
}

function storedVariables(module: Module): Map<string, tf.Variable> {
  const variables = new Map<string, tf.Variable>();
  module.stored().forEach(({ variable }, path) => variables.set(path, variable));
  return variables;
}
