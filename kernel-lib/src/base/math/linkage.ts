import { expectOneOf, fail } from '../core';

/** How far a cluster of several is: the mean over its members, the nearest or the farthest of them. */
export type LinkageMethod = 'average' | 'single' | 'complete';

/** One join: numbers below E are experts, E + i is the cluster that join i made. */
export interface Join {
  left: number;
  right: number;
  distance: number;
  /** Experts in the new cluster. */
  size: number;
}

interface Cluster {
  id: number;
  size: number;
  /** Distance to each of the clusters, by their place. */
  to: number[];
}

/**
 * Agglomerative clustering of experts: the two nearest clusters are joined until one is left (Lance and Williams 1967).
 *
 * @param distances - Between experts, symmetric, at least 0; [E][E].
 * @returns E - 1 joins, nearest first.
 * @throws {SwitchyardError} where distances are not [E][E] of finite numbers of at least 0.
 */
export function linkage(
  distances: readonly (readonly number[])[],
  { method = 'average' }: { method?: LinkageMethod } = {}
): Join[] {
  expectOneOf('moe.linkage', 'method', method, ['average', 'single', 'complete']);
  const count = distances.length;
  if (count === 0 || distances.some((row) => row.length !== count || row.some((d) => !(d >= 0 && d < Infinity)))) {
    fail('moe.linkage', 'distances must be [E][E] of finite numbers of at least 0', distances);
  }
  let clusters: Cluster[] = distances.map((row, id) => ({ id, size: 1, to: [...row] }));
  const joins: Join[] = [];
  while (clusters.length > 1) {
    const [a, b] = nearest(clusters);
    const [left, right] = [clusters[a], clusters[b]];
    const joined = { id: count + joins.length, size: left.size + right.size, to: between(left, right, method) };
    joins.push({ left: left.id, right: right.id, distance: left.to[b], size: joined.size });
    const keep = <T>(values: readonly T[]): T[] => values.filter((_, i) => i !== a && i !== b);
    const others = clusters.map((cluster, i) => ({ ...cluster, to: [...keep(cluster.to), joined.to[i]] }));
    clusters = [...keep(others), { ...joined, to: [...keep(joined.to), 0] }];
  }
  return joins;
}

/** Places of the two nearest clusters; of equals the first. */
function nearest(clusters: readonly Cluster[]): [number, number] {
  let best: [number, number] = [0, 1];
  clusters.forEach(({ to }, a) => {
    for (let b = a + 1; b < to.length; b++) {
      best = to[b] < clusters[best[0]].to[best[1]] ? [a, b] : best;
    }
  });
  return best;
}

function between(left: Cluster, right: Cluster, method: LinkageMethod): number[] {
  return left.to.map((toLeft, i) => {
    const toRight = right.to[i];
    switch (method) {
      case 'single':
        return Math.min(toLeft, toRight);
      case 'complete':
        return Math.max(toLeft, toRight);
      case 'average':
        return (left.size * toLeft + right.size * toRight) / (left.size + right.size);
    }
  });
}
