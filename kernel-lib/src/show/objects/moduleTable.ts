import { showShape } from '../../base/core';
import type { Module } from '../../base/core';
import { moduleFlops } from '../../models';
import { activeFlops, Transformer } from '../../models/language';

/** A module that computes or stores something. */
export interface ModuleRow {
  /** Its path below the module that is shown, whose own is "". */
  path: string;
  kind: string;
  /** Shapes of its own parameters and buffers: "weight [64, 192]". */
  shapes: string[];
  /** Values stored in its own parameters. */
  parameters: number;
  /** Operations on a token; null where unknown, undefined where they are none or counted in a module above. */
  flops: number | null | undefined;
}

/** The modules of a tree that have parameters or spend operations, depth first. */
export function moduleRows(root: Module): ModuleRow[] {
  const flops = moduleFlops(root);
  const rows = [...root.modules()].map(([path, module]) => ({ path, ...own(module), flops: flops.get(path) }));
  return rows.filter((row) => row.shapes.length > 0 || row.flops !== undefined);
}

/** Operations on a token of the whole tree, those that are known, and whether that is all. */
export function totalFlops(root: Module, rows: readonly ModuleRow[]): { flops: number; complete: boolean } {
  const flops = rows.reduce((sum, row) => sum + (row.flops ?? 0), 0);
  const complete = rows.every((row) => row.flops !== null);
  // Modules that several blocks share have one row.
  const shares = root instanceof Transformer && (root.options.sharing ?? 'none') !== 'none';
  return { flops: shares && complete ? activeFlops(root) : flops, complete };
}

function own(module: Module): Pick<ModuleRow, 'kind' | 'shapes' | 'parameters'> {
  // A path without a dot is the module's own.
  const here = ([path]: readonly [string, unknown]): boolean => !path.includes('.');
  const parameters = [...module.parameters()].filter(here);
  const buffers = [...module.buffers()].filter(here);
  return {
    kind: module.kind,
    shapes: [...parameters, ...buffers].map(([name, { shape }]) => `${name} ${showShape(shape)}`),
    parameters: parameters.reduce((sum, [, { variable }]) => sum + variable.size, 0)
  };
}
