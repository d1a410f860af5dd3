import { axesOf, fail, maskedPaths, masksAt, shrink, SpecTable, toJson } from '../base/core';
import type { Module, Random, Spec, SpecData } from '../base/core';
import { factorAt, ranksOf } from './factors';

/**
 * A model as data: its kind and options, and, since it was built, the sizes of axes that were cut, the weights that were factored and the parameters
 * that were masked.
 */
export interface ModelSpec extends SpecData {
  /** Size of each axis that is not as built, by its name in `core.axesOf`. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Rank of each linear layer whose weight was factored, by its path. */
  readonly ranks?: Readonly<Record<string, number>>;
  /** Paths of the parameters that have a mask. */
  readonly masks?: readonly string[];
}

/** The models by kind; your own are registered here. What builds one may take a stream for its initial values, and draws from its seed without it. */
export const modelSpecs = new SpecTable<Spec<Random | undefined, Module>>('model');

/**
 * Specification of a model, as plain JSON: `build(specOf(model))` has the same tree, the same paths and the same shapes, with initial
 * values.
 *
 * @throws {SwitchyardError} where an option is not JSON, such as a function of yours.
 */
export function specOf(model: Module & { readonly options: object }): ModelSpec {
  const where = `the spec of a ${model.kind}`;
  const sizes = sizesOf(model);
  const options = toJson(where, { ...model.options }) as Record<string, unknown>;
  const ranks = ranksOf(model);
  const masks = maskedPaths(model);
  return {
    ...{ kind: model.kind, options },
    ...(Object.keys(sizes).length > 0 && { sizes }),
    ...(Object.keys(ranks).length > 0 && { ranks }),
    ...(masks.length > 0 && { masks })
  };
}

/**
 * A model from its spec.
 *
 * @param random - Stream for the initial values, of kinds that take one. Default: from the seed that the options say. `Random.blank()` where
 * values are read or copied into all of it: structure that is drawn, such as a table of hashes, is a buffer and so read as well.
 * @throws {SwitchyardError} for a kind that is not there, options that the kind refuses, and sizes of axes that it has not.
 */
export function build(spec: ModelSpec, random?: Random): Module {
  const model = modelSpecs.of({ kind: spec.kind, options: spec.options }).build(random);
  try {
    factorAt(model, spec.ranks ?? {});
    resize(model, spec.sizes ?? {});
    masksAt(model, spec.masks ?? []);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Size of each axis that is not as built, by name. */
export function sizesOf(model: Module): Record<string, number> {
  const axes = [...axesOf(model)].filter(([, { axis }]) => axis.storedSize !== axis.builtSize);
  return Object.fromEntries(axes.map(([name, { axis }]) => [name, axis.storedSize]));
}

/** Makes axes of a model smaller, where values at the end are lost, or longer, where the first is repeated. */
export function resize(model: Module, sizes: Readonly<Record<string, number>>): void {
  const axes = axesOf(model);
  for (const [name, size] of Object.entries(sizes)) {
    const axis = axes.get(name)?.axis ?? fail('models.build', 'sizes must be of axes that the model has', name);
    if (size > axis.size) {
      axis.repeat(Array.from({ length: size }, (_, i) => (i < axis.size ? i : 0)));
    } else if (size !== axis.size) {
      axis.keep(Array.from({ length: size }, (_, i) => i));
    }
  }
  shrink(model);
}
