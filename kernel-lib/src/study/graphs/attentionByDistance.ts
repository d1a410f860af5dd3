import { expectInteger, fail } from '../../base/core';
import type { Graph } from '../../base/graph';

/** Mean share of attention between points of a range of distances. */
export interface DistanceBin {
  /** Middle of the range. */
  distance: number;
  /** Mean share; NaN where there is no pair. */
  share: number;
  pairs: number;
}

/** Attention by how far points are from each other. */
export interface AttentionByDistance {
  /** Of equal width, from the least distance to the largest. */
  bins: DistanceBin[];
  /** Correlation (Pearson) of shares and distances over all pairs. */
  correlation: number;
}

/**
 * Shares of attention by the distance of the two points (as arXiv 2510.02259 looks at them), of pairs as edges; a point with itself does not count.
 *
 * @param shares - One number for each edge.
 * @param positions - Rows of coordinates, one for each node.
 * @throws {SwitchyardError} where shares or positions are too few or many, or there are less than two pairs.
 */
export function attentionByDistance(
  pairs: Graph,
  shares: ArrayLike<number>,
  positions: readonly (readonly number[])[],
  { bins = 8 }: { bins?: number } = {}
): AttentionByDistance {
  const where = 'graph.probes.attentionByDistance';
  expectInteger(where, 'bins', bins, 1);
  if (shares.length !== pairs.numEdges || positions.length !== pairs.numNodes) {
    fail(where, `needs a share of each edge (${pairs.numEdges}) and a position of each node (${pairs.numNodes})`, [shares.length, positions.length]); // prettier-ignore
  }
  const all = Array.from(pairs.sources, (source, e) => ({ source, target: pairs.targets[e], share: shares[e] }))
    .filter(({ source, target }) => source !== target)
    .map(({ source, target, share }) => ({ share, distance: Math.hypot(...positions[source].map((value, d) => value - positions[target][d])) })); // prettier-ignore
  if (all.length < 2) {
    fail(where, 'there must be two pairs of different points', all.length);
  }
  const distances = all.map(({ distance }) => distance);
  const low = distances.reduce((a, b) => Math.min(a, b));
  const width = (distances.reduce((a, b) => Math.max(a, b)) - low) / bins;
  const of = (distance: number): number => (width === 0 ? 0 : Math.min(bins - 1, Math.floor((distance - low) / width)));
  const found = Array.from({ length: bins }, (_, i) => ({ distance: low + (i + 0.5) * width, share: 0, pairs: 0 }));
  all.forEach(({ distance, share }) => {
    found[of(distance)].share += share;
    found[of(distance)].pairs++;
  });
  return { bins: found.map((bin) => ({ ...bin, share: bin.share / bin.pairs })), correlation: pearson(distances, all.map(({ share }) => share)) }; // prettier-ignore
}

function pearson(a: readonly number[], b: readonly number[]): number {
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [x, y] = [a, b].map((of) => of.map((value) => value - mean(of)));
  const dot = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, value, i) => sum + value * v[i], 0); // prettier-ignore
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}
