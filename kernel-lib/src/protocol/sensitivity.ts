import type { GraphRewiringData } from './kinds';

/** Sensitivities of outputs to nodes so many edges away, as shares of the target's greatest. */
export interface SensitivityAt {
  /** Edges in between. */
  distance: number;
  /** Pairs of a target and a node. */
  pairs: number;
  mean: number;
  most: number;
}

/** Share of the greatest that is so many decades below it; 0 where nothing arrives. */
export function sensitivityShare(decadesBelow: number | null): number {
  return decadesBelow === null ? 0 : 10 ** -decadesBelow;
}

/** Distances of the nodes from each target over the edges that are there, [targets][N]; -1 where no way leads there. Null where no sensitivity is told, or edges were left out. */
export function targetDistances({ nodes, edges, sensitivity, omitted = 0, of }: GraphRewiringData): number[][] | null {
  if (sensitivity === undefined || omitted > 0 || of !== undefined) {
    return null;
  }
  const neighbours: number[][] = nodes.map(() => []);
  for (const { from, to } of edges.filter(({ state }) => state !== 'removed')) {
    neighbours[from].push(to);
    neighbours[to].push(from);
  }
  return sensitivity.targets.map((target) => hopsFrom(target, neighbours));
}

/** Sensitivity by distance, the nearest first; pairs that no way joins are left out. Empty where distances are not known. */
export function sensitivityByDistance(data: GraphRewiringData): SensitivityAt[] {
  const found = new Map<number, number[]>();
  targetDistances(data)?.forEach((hops, t) =>
    hops.forEach((distance, node) => {
      const shares = found.get(distance) ?? [];
      shares.push(sensitivityShare(data.sensitivity!.decadesBelow[t][node]));
      found.set(distance, shares);
    })
  );
  return [...found]
    .filter(([distance]) => distance >= 0)
    .sort(([a], [b]) => a - b)
    .map(([distance, shares]) => ({
      distance,
      pairs: shares.length,
      mean: shares.reduce((sum, share) => sum + share, 0) / shares.length,
      most: shares.reduce((a, b) => Math.max(a, b), 0)
    }));
}

/** By breadth first. */
function hopsFrom(start: number, neighbours: readonly (readonly number[])[]): number[] {
  const hops = neighbours.map(() => -1);
  hops[start] = 0;
  const queue = [start];
  for (const node of queue) {
    for (const next of neighbours[node].filter((each) => hops[each] < 0)) {
      hops[next] = hops[node] + 1;
      queue.push(next);
    }
  }
  return hops;
}
