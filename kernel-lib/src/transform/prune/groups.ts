import { axesOf } from '../../base/core';
import type { Axis, AxisMember, Module } from '../../base/core';

/** Pruning group: what goes together when a position of an axis goes, such as a hidden neuron, a head, an expert. */
export interface PruningGroup {
  /** Path that its members have in common, and the axis: "layers.2.moe.experts.hidden". */
  name: string;
  axis: Axis;
  /** Name of the axis: "hidden", "heads", "experts", "width". */
  kind: string;
  /** Positions. */
  size: number;
  /** Parameters and buffers that lose a slice, and along which dimension. */
  members: readonly AxisMember[];
  /** Stored values that go with one position. */
  values: number;
  /** Why it cannot be pruned; null where it can. */
  pinned: string | null;
}

/**
 * Pruning groups of a model, by name, from the named axes that its parameters carry; as a notebook's last value, a picture of who drags whom along. What
 * is tied, grouped or flattened is in the axes: a head of a grouped attention takes its slices of queries, keys and output with it.
 */
export function groups(model: Module): Map<string, PruningGroup> {
  const stored = model.stored();
  const found = [...axesOf(model)].map(([name, { axis, members }]): [string, PruningGroup] => {
    const paths = new Set(members.map(({ path }) => path));
    const values = [...paths].reduce((sum, path) => {
      const { axes } = stored.get(path)!;
      const left = axes.map((each) => each.storedSize - lostPlaces(each, axis));
      return sum + product(axes.map(({ storedSize }) => storedSize)) - product(left);
    }, 0);
    return [name, { name, axis, kind: axis.name, size: axis.size, members, values, pinned: axis.pinned }];
  });
  return new Map(found);
}

/** Places of a flattened axis that go with the first position of a symbol. */
function lostPlaces(axis: Axis, symbol: Axis): number {
  return axis.placesOf(symbol).reduce((count, position) => count + (position === 0 ? 1 : 0), 0);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
