import { tf } from '../base/backend';
import { axesOf, fail, maskedPaths, masksAt } from '../base/core';
import type { Module } from '../base/core';
import { copyValues } from './copyValues';
import { build, resize, sizesOf } from './spec';
import type { ModelSpec } from './spec';

/**
 * A new model of the same tree, sizes, cuts, masks and values; adapters that are attached are part of the values.
 *
 * @throws {SwitchyardError} for a module that has neither a spec nor `rebuild`.
 */
export function copyModel<M extends Module>(model: M): M {
  const { rebuild } = model as { rebuild?: (changes: object) => M };
  if (rebuild !== undefined) {
    const copy = rebuild.call(model, {});
    resize(copy, sizesOf(model));
    masksAt(copy, maskedPaths(model));
    return filled(model, copy);
  }
  const { spec } = model as { spec?: ModelSpec };
  return filled(model, build(spec ?? fail('copyModel', 'the model must have a spec', model.kind)) as M);
}

/** A model with the values, where it has as many, and the cuts of another. */
export function filled<M extends Module>(model: M, copy: M): M {
  const cut = [...axesOf(model)].filter(([, { axis }]) => axis.selection !== null);
  if (cut.length === 0) {
    copyValues(model, copy);
    return copy;
  }
  const stored = copy.stored();
  // What is cut away stays too: it can come back.
  model.stored().forEach(({ variable }, path) => stored.get(path)?.assign(variable, path));
  const axes = axesOf(copy);
  cut.forEach(([name, { axis }]) => axes.get(name)?.axis.keep(axis.selection!));
  tf.tidy(() => model.stored().forEach((own, path) => stored.get(path)?.assignKept(own.read())));
  return copy;
}
