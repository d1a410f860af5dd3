import type { Graph } from '../graph';
import { transport } from '../math/transport';
import type { EdgeCurvature } from './forman';
import { edgesOf, undirectedNeighbourhoods } from './neighbourhoods';

/** Mass that the cheapest plan moves from a neighbour of one end of an edge to one of the other. */
export interface Moved {
  from: number;
  to: number;
  /** Of all, 0..1. */
  mass: number;
  /** Edges on the way. */
  hops: number;
}

/**
 * Ollivier's curvature of each edge without laziness (alpha 0), without weights: 1 less the Wasserstein distance between the even distributions over the neighbours of both ends, by exact optimal transport over hop distances
 * (as in BORF, arXiv 2211.15779). From -2 to 1. Edges are without direction, each once.
 *
 * @throws {SwitchyardError} where an edge has no way back.
 */
export function ollivier(graph: Graph): EdgeCurvature[] {
  const near = undirectedNeighbourhoods('graph.probes.ollivier', graph);
  const sets = near.map((of) => new Set(of));
  return edgesOf(near).map(([source, target]) => {
    const { curvature } = ollivierOf(sets, source, target);
    return { source, target, curvature };
  });
}

/** Curvature of one edge, and what the plan moves. */
export function ollivierOf(
  near: readonly ReadonlySet<number>[],
  i: number,
  j: number
): { curvature: number; moved: Moved[] } {
  const [di, dj] = [near[i].size, near[j].size];
  // Units: d_j for each neighbour of i, d_i for each of j. What both have stays where it is, which with a metric is never worse.
  const both = Math.min(di, dj);
  const supply = [...near[i]].map((k): [number, number] => [k, dj - (near[j].has(k) ? both : 0)]).filter(([, m]) => m > 0); // prettier-ignore
  const demand = [...near[j]].map((k): [number, number] => [k, di - (near[i].has(k) ? both : 0)]).filter(([, m]) => m > 0); // prettier-ignore
  const hops = supply.map(([from]) => demand.map(([to]) => hopsWithin3(near, from, to)));
  const { plan, cost } = transport(hops, supply.map(([, mass]) => mass), demand.map(([, mass]) => mass)); // prettier-ignore
  const moved = supply.flatMap(([from], a) =>
    demand.flatMap(([to], b) => (plan[a][b] > 0 ? [{ from, to, mass: plan[a][b] / (di * dj), hops: hops[a][b] }] : []))
  );
  return { curvature: 1 - cost / (di * dj), moved };
}

/** Neighbours of the ends of one edge are at most three apart. */
function hopsWithin3(near: readonly ReadonlySet<number>[], from: number, to: number): number {
  if (from === to) {
    return 0;
  }
  if (near[from].has(to)) {
    return 1;
  }
  for (const next of near[from]) {
    if (near[next].has(to)) {
      return 2;
    }
  }
  return 3;
}
