import type { Axis } from './axis';
import type { Module } from './module';

/** Where an axis is carried. */
export interface AxisMember {
  /** Path of the parameter or buffer. */
  path: string;
  /** Its dimension, from 0. */
  dimension: number;
}

/** The symbols of a module's axes, by name: the path that all members have in common, and the axis's own name. */
export function axesOf(root: Module): Map<string, { axis: Axis; members: AxisMember[] }> {
  const members = new Map<Axis, AxisMember[]>();
  for (const [path, { axes }] of root.stored()) {
    axes.forEach((axis, dimension) =>
      axis.symbols().forEach((symbol) => members.set(symbol, [...(members.get(symbol) ?? []), { path, dimension }]))
    );
  }
  const named = new Map<string, { axis: Axis; members: AxisMember[] }>();
  for (const [axis, of] of members) {
    const prefix = commonFolder(of.map(({ path }) => path));
    const base = prefix === '' ? axis.name : `${prefix}.${axis.name}`;
    let name = base;
    for (let i = 2; named.has(name); i++) {
      name = `${base}#${i}`;
    }
    named.set(name, { axis, members: of });
  }
  return named;
}

/** Makes the cuts of a module's axes lasting: stored values become smaller. All that carries these axes must be in `root`. */
export function shrink(root: Module): void {
  const all = [...root.stored().values()];
  const cut = [...new Set(all.flatMap(({ axes }) => axes.flatMap((axis) => axis.symbols())))].filter(
    ({ selection }) => selection !== null
  );
  all.filter(({ axes }) => axes.some(({ selection }) => selection !== null)).forEach((each) => each.replace());
  cut.forEach((symbol) => symbol.commit());
}

function commonFolder(paths: readonly string[]): string {
  const split = paths.map((path) => path.split('.').slice(0, -1));
  const [first] = split;
  const length = first.findIndex((part, i) => split.some((other) => other[i] !== part));
  return first.slice(0, length < 0 ? first.length : length).join('.');
}
