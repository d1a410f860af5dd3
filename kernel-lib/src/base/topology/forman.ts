import type { Graph } from '../graph';
import { edgesOf, type Neighbourhoods, undirectedNeighbourhoods } from './neighbourhoods';

/** Curvature of one undirected edge, the lower node first. */
export interface EdgeCurvature {
  source: number;
  target: number;
  curvature: number;
}

/** Counts that the balanced Forman curvature of an edge is made of. */
export interface FormanParts {
  degrees: [number, number];
  triangles: number;
  /** Neighbours of each end that are on a 4-cycle over the edge without a diagonal. */
  squares: [number, number];
  /** Most such 4-cycles through one of those neighbours; 0 where there is none. */
  gamma: number;
}

/**
 * Balanced Forman curvature of each edge (Topping et al., 2021, arXiv 2111.14522, definition 1), without weights: `2 / d_i + 2 / d_j - 2 + 2 t / max + t / min + (s_i + s_j) / (g max)` with t triangles, s neighbours on
 * 4-cycles without diagonals and g the most such cycles through one neighbour; 0 where an end is a leaf. -2 is the lower bound, which bottlenecks come near. Edges are without direction, each once.
 *
 * @throws {SwitchyardError} where an edge has no way back.
 */
export function balancedForman(graph: Graph): EdgeCurvature[] {
  const near = undirectedNeighbourhoods('graph.probes.balancedForman', graph);
  const sets = near.map((of) => new Set(of));
  return edgesOf(near).map(([source, target]) => ({ source, target, curvature: formanOf(sets, source, target) }));
}

/** Curvature of edges given as neighbourhoods in sets. */
export function formanOf(near: readonly ReadonlySet<number>[], i: number, j: number): number {
  return formanValue(formanParts(near, i, j));
}

export function formanValue({ degrees: [di, dj], triangles, squares, gamma }: FormanParts): number {
  const [low, high] = [Math.min(di, dj), Math.max(di, dj)];
  if (low <= 1) {
    return 0;
  }
  const cycles = gamma === 0 ? 0 : (squares[0] + squares[1]) / (gamma * high);
  return 2 / di + 2 / dj - 2 + (2 * triangles) / high + triangles / low + cycles;
}

export function formanParts(near: readonly ReadonlySet<number>[], i: number, j: number): FormanParts {
  const [ni, nj] = [near[i], near[j]];
  let triangles = 0;
  for (const k of ni) {
    triangles += Number(nj.has(k));
  }
  const [ofI, mostI] = squaresAt(near, i, j);
  const [ofJ, mostJ] = squaresAt(near, j, i);
  return { degrees: [ni.size, nj.size], triangles, squares: [ofI, ofJ], gamma: Math.max(mostI, mostJ) };
}

/** Neighbours k of i, and not of j, with a w next to both k and j that is not next to i; and the most such w of one k. */
function squaresAt(near: readonly ReadonlySet<number>[], i: number, j: number): [count: number, most: number] {
  let [count, most] = [0, 0];
  for (const k of near[i]) {
    if (k !== j && !near[j].has(k)) {
      let cycles = 0;
      for (const w of near[k]) {
        cycles += Number(w !== i && near[j].has(w) && !near[i].has(w));
      }
      count += Number(cycles > 0);
      most = Math.max(most, cycles);
    }
  }
  return [count, most];
}

/** Neighbourhoods as sets. */
export function setsOf(near: Neighbourhoods): Set<number>[] {
  return near.map((of) => new Set(of));
}
