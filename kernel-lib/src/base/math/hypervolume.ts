import { nonDominated } from './nonDominated';

/**
 * Exact hypervolume of points, all costs: the volume that they dominate below a reference. Points that do not lie below it in every
 * dimension count 0. By slices along the last dimension (HSO), which suits the few objectives of a search.
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  return volume(
    points.filter((point) => point.every((cost, i) => cost < reference[i])),
    reference,
    reference.length
  );
}

/** Volume in the first `dimensions` of them. */
function volume(points: readonly (readonly number[])[], reference: readonly number[], dimensions: number): number {
  if (points.length === 0) {
    return 0;
  }
  if (dimensions === 1) {
    return reference[0] - Math.min(...points.map(([cost]) => cost));
  }
  const cut = points.map((point) => point.slice(0, dimensions));
  const front = nonDominated(cut).map((i) => cut[i]);
  return dimensions === 2 ? area(front, reference) : slices(front, reference, dimensions - 1);
}

function area(front: readonly (readonly number[])[], reference: readonly number[]): number {
  const ordered = [...front].sort((a, b) => a[0] - b[0]);
  let [total, ceiling] = [0, reference[1]];
  for (const [x, y] of ordered) {
    total += (reference[0] - x) * Math.max(0, ceiling - y);
    ceiling = Math.min(ceiling, y);
  }
  return total;
}

function slices(front: readonly (readonly number[])[], reference: readonly number[], last: number): number {
  const ordered = [...front].sort((a, b) => a[last] - b[last]);
  return ordered.reduce((total, point, i) => {
    const depth = (ordered[i + 1]?.[last] ?? reference[last]) - point[last];
    return depth === 0 ? total : total + depth * volume(ordered.slice(0, i + 1), reference, last);
  }, 0);
}
