import { fail, maskedPaths, masksAt } from '../base/core';
import type { Module } from '../base/core';
import { copyValues } from './copyValues';
import { build, resize, sizesOf } from './spec';
import type { ModelSpec } from './spec';

/**
 * A new model of the same tree, sizes and values; adapters that are attached are part of the values.
 *
 * @throws {SwitchyardError} for a module that has neither a spec nor `rebuild`.
 */
export function copyModel<M extends Module>(model: M): M {
  const { rebuild } = model as { rebuild?: (changes: object) => M };
  if (rebuild !== undefined) {
    const copy = rebuild.call(model, {});
    resize(copy, sizesOf(model));
    masksAt(copy, maskedPaths(model));
    copyValues(model, copy);
    return copy;
  }
  const { spec } = model as { spec?: ModelSpec };
  const copy = build(spec ?? fail('copyModel', 'the model must have a spec', model.kind)) as M;
  copyValues(model, copy);
  return copy;
}
