import { tf } from '../base/backend';
import { axesOf, fail, maskedPaths, masksAt, Random } from '../base/core';
import type { Module } from '../base/core';
import { copyValues } from './copyValues';
import { factorAt, ranksOf } from './factors';
import { build, resize, sizesOf } from './spec';
import type { ModelSpec } from './spec';

/**
 * A new model of the same tree, sizes, cuts, masks and values; adapters that are attached are part of the values.
 *
 * @throws {SwitchyardError} for a module that has neither a spec nor `rebuild`, or whose spec builds values that it has not.
 */
export function copyModel<M extends Module>(model: M): M {
  const copy = builtAlike(model);
  try {
    return filled(model, copy);
  } catch (error) {
    copy.dispose();
    throw error;
  }
}

/** A model of the same tree, sizes and masks, whose values are about to be copied: nothing is drawn for them. */
function builtAlike<M extends Module>(model: M): M {
  const { rebuild } = model as { rebuild?: (changes: object, random: Random) => M };
  if (rebuild === undefined) {
    const { spec } = model as { spec?: ModelSpec };
    return build(spec ?? fail('copyModel', 'the model must have a spec', model.kind), Random.blank()) as M;
  }
  const copy = rebuild.call(model, {}, Random.blank());
  factorAt(copy, ranksOf(model));
  resize(copy, sizesOf(model));
  masksAt(copy, maskedPaths(model));
  return copy;
}

/** A model with the values and the cuts of another, which has all that it has; the caller disposes it on failure. */
export function filled<M extends Module>(model: M, copy: M): M {
  const known = model.stored();
  const missing = [...copy.stored().keys()].find((path) => !known.has(path));
  if (missing !== undefined) {
    fail('copyModel', 'the model must have every value that its spec builds', `none at "${missing}"`);
  }
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
