import type { Axis } from '../../base/core';

/** Share of a parameter's values that a mask leaves, for each of its parts. */
export interface DensityByPart {
  /** The parts: "heads", "groups", "experts". */
  of: string;
  density: number[];
}

const PARTS = ['experts', 'heads', 'groups'];

/** Density of a mask by experts, heads or groups of heads, as its axes have them; null where they have none. `mask` is as stored. */
export function densityByPart(axes: readonly Axis[], mask: ArrayLike<number>): DensityByPart | null {
  const symbols = axes.flatMap((axis, dimension) => axis.symbols().map((symbol) => ({ axis, dimension, symbol })));
  const found = PARTS.map((name) => symbols.find(({ symbol }) => symbol.name === name)).find((each) => each !== undefined); // prettier-ignore
  if (found === undefined) {
    return null;
  }
  const { axis, dimension, symbol } = found;
  const places = axis.placesOf(symbol);
  const inner = axes.slice(dimension + 1).reduce((product, { storedSize }) => product * storedSize, 1);
  const [left, all] = [0, 0].map(() => new Float64Array(symbol.storedSize));
  for (let i = 0; i < mask.length; i++) {
    const part = places[Math.floor(i / inner) % places.length];
    if (part >= 0) {
      left[part] += mask[i] === 0 ? 0 : 1;
      all[part]++;
    }
  }
  return { of: symbol.name, density: Array.from(left, (count, part) => count / all[part]) };
}
