import { maskedPaths, masksAt } from '../../../base/core';
import type { Module } from '../../../base/core';
import type { MaskGroup } from '../../../protocol';
import { densityByPart, groups } from '../../../transform/prune';
import type { MaskedParameter } from './maskedParameter';
import { kindOf, positions } from './ofReport';

/** Masks that a model carries, each with its parameter's axes. */
export function maskedParametersOf(model: Module): (MaskedParameter & Pick<MaskGroup, 'parts'>)[] {
  const parameters = model.parameters();
  return [...masksAt(model, maskedPaths(model))].map(([path, { variable, shape }]) => {
    const values = variable.dataSync();
    const found = densityByPart(parameters.get(path)!.axes, values);
    const parts = found === null ? {} : { parts: { of: found.of, kept: found.density, count: found.density.length } };
    return { path, mask: { shape, values }, ...parts };
  });
}

/** Groups of which a model reads only some positions: what structured pruning masked. */
export function maskedGroupsOf(model: Module): MaskGroup[] {
  return [...groups(model).values()].flatMap(({ name, axis }) =>
    axis.selection === null ? [] : [positions(name, kindOf(name), axis.storedSize, [...axis.selection])]
  );
}
