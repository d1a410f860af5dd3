import { axesOf, expectInteger, expectPathsFound, fail, matchesPath } from '../../base/core';
import type { Axis, Module } from '../../base/core';

/** A slice of a model, as JSON. */
export interface SubnetChoice {
  /**
   * Positions of axes that are left: how many, the first, or which. By names of axes (`core.axesOf`) or patterns of them ("**.hidden"), which
   * pass over axes that cannot be cut; the last that fits counts.
   */
  readonly sizes?: Readonly<Record<string, number | readonly number[]>>;
  /** Paths that the slice goes without: whole blocks ("layers.2"), or a branch of one ("layers.2.attention"). */
  readonly skip?: readonly string[];
}

/** A cut of an axis, as stored positions. */
export interface AxisCut {
  name: string;
  axis: Axis;
  positions: readonly number[];
}

/** A module that a slice leaves out, and what stands for it. */
export interface Omission {
  path: string;
  module: Module;
  /** A block's input goes on; a branch adds nothing. */
  gives: 'input' | 'zeros';
  /** Paths of the modules that go with it, their children included. */
  gone: readonly string[];
}

export interface ResolvedChoice {
  cuts: readonly AxisCut[];
  omissions: readonly Omission[];
}

/**
 * Cuts and omissions that a choice comes to on a model.
 *
 * @throws {SwitchyardError} where a name fits no axis that can be cut, an axis has no such positions, or a path is of nothing that can be left out.
 */
export function resolveChoice(where: string, model: Module, { sizes = {}, skip = [] }: SubnetChoice): ResolvedChoice {
  const axes = axesOf(model);
  const paths = [...new Set([...axes.keys()].flatMap((name) => [name, plainName(name)]))];
  expectPathsFound(where, 'sizes', Object.keys(sizes), { paths, what: 'axes' });
  Object.keys(sizes).forEach((pattern) => expectCuttable(where, pattern, axes));
  const cuts = [...axes].flatMap(([name, { axis }]): AxisCut[] => {
    const pattern = lastFitting(Object.keys(sizes), name);
    if (pattern === undefined || axis.pinned !== null) {
      return [];
    }
    const positions = positionsOf(where, name, axis, sizes[pattern]);
    return positions.length === axis.size && positions.every((p, i) => p === (axis.selection?.[i] ?? i))
      ? []
      : [{ name, axis, positions }];
  });
  const able = omissible(model);
  const omissions = [...new Set(skip)].map((path) => {
    const known = [...able.keys()].join(', ').slice(0, 300);
    return able.get(path) ?? fail(where, `skip must name what the model works without (${known || 'nothing'})`, path);
  });
  return { cuts, omissions };
}

/** All that can be left out of a model, by path. */
export function omissible(model: Module): Map<string, Omission> {
  const found = new Map<string, Omission>();
  for (const [path, module] of model.modules()) {
    if (module.isResidual() && path !== '') {
      found.set(path, { path, module, gives: 'input', gone: [path] });
    }
    for (const [name, gone] of module.branches) {
      const at = (child: string): string => (path === '' ? child : `${path}.${child}`);
      const child = module.children.get(name)!;
      found.set(at(name), { path: at(name), module: child, gives: 'zeros', gone: gone.map(at) });
    }
  }
  return found;
}

/** Whether a path lies within what is left out. */
export function isGone(path: string, omissions: readonly Omission[]): boolean {
  return omissions.some(({ gone }) => gone.some((each) => path === each || path.startsWith(`${each}.`)));
}

/** The last pattern that fits an axis. Those that share a name ("stages.channels#2") fit patterns of it, but the name itself is one axis's alone. */
export function lastFitting(patterns: readonly string[], name: string): string | undefined {
  const fits = (pattern: string): boolean =>
    pattern.includes('*') ? matchesPath([pattern], name) || matchesPath([pattern], plainName(name)) : pattern === name;
  return patterns.filter(fits).at(-1);
}

function plainName(name: string): string {
  return name.replace(/#\d+$/, '');
}

function expectCuttable(where: string, pattern: string, axes: ReturnType<typeof axesOf>): void {
  const fitting = [...axes].filter(([name]) => lastFitting([pattern], name) !== undefined);
  if (fitting.every(([, { axis }]) => axis.pinned !== null)) {
    const [name, { axis }] = fitting[0];
    fail(where, `the axis "${name}" cannot be cut: ${axis.pinned}`, pattern);
  }
}

/** Stored positions: a model that is cut already is cut further. */
function positionsOf(where: string, name: string, axis: Axis, wanted: number | readonly number[]): number[] {
  const there = axis.selection ?? Array.from({ length: axis.size }, (_, i) => i);
  if (typeof wanted === 'number') {
    expectInteger(where, `the size of "${name}"`, wanted, 1, axis.size);
    return Array.from(there.slice(0, wanted));
  }
  if (wanted.length === 0 || new Set(wanted).size !== wanted.length) {
    fail(where, `positions of "${name}" must be at least one, each once`, wanted);
  }
  wanted.forEach((each) => expectInteger(where, `positions of "${name}"`, each, 0, axis.size - 1));
  return wanted.map((each) => there[each]);
}
