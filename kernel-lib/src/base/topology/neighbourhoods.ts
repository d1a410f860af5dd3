import { fail } from '../core';
import type { Graph } from '../graph';

/** Neighbours of each node, ascending, of the simple undirected graph: no loop, and parallel edges once; [N]. */
export type Neighbourhoods = readonly (readonly number[])[];

/** Neighbours of each node where edges lead both ways whatever their direction, without loops and repetitions. */
export function neighbourhoods({ numNodes, sources, targets }: Graph): Neighbourhoods {
  const sets = Array.from({ length: numNodes }, () => new Set<number>());
  sources.forEach((source, edge) => {
    if (source !== targets[edge]) {
      sets[source].add(targets[edge]);
      sets[targets[edge]].add(source);
    }
  });
  return sets.map((set) => [...set].sort((a, b) => a - b));
}

/** The neighbourhoods of a graph each of whose edges has its way back. @throws {SwitchyardError} where one has not. */
export function undirectedNeighbourhoods(where: string, graph: Graph): Neighbourhoods {
  const { numNodes, sources, targets } = graph;
  const ways = new Set(Array.from(sources, (source, edge) => source * numNodes + targets[edge]));
  const alone = sources.findIndex((source, edge) => !ways.has(targets[edge] * numNodes + source));
  if (alone >= 0) {
    fail(where, 'each edge of the graph must have its way back', [sources[alone], targets[alone]]);
  }
  return neighbourhoods(graph);
}

/** Conductance between each node and its neighbours: weights of parallel edges summed, the mean of both ways; an edge of a graph without weights has 1. */
export function conductances(where: string, graph: Graph, near: Neighbourhoods): Float64Array[] {
  const { sources, targets, weights } = graph;
  const wrong = weights?.findIndex((weight) => weight < 0) ?? -1;
  if (wrong >= 0) {
    fail(where, `weights[${wrong}] must be at least 0`, weights![wrong]);
  }
  const out = near.map((of) => new Float64Array(of.length));
  const add = (from: number, to: number, weight: number): void => {
    out[from][indexIn(near[from], to)] += weight / 2;
  };
  sources.forEach((source, edge) => {
    if (source !== targets[edge]) {
      add(source, targets[edge], graph.weightOf(edge));
      add(targets[edge], source, graph.weightOf(edge));
    }
  });
  // Of an edge without its way back, one way is all there is.
  const oneWay = new Set(Array.from(sources, (source, edge) => source * graph.numNodes + targets[edge]));
  near.forEach((of, from) =>
    of.forEach((to, at) => {
      if (oneWay.has(from * graph.numNodes + to) !== oneWay.has(to * graph.numNodes + from)) {
        out[from][at] *= 2;
      }
    })
  );
  return out;
}

/** Place of a number in an ascending list, or -1. */
export function indexIn(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return sorted[low] === value ? low : -1;
}

/** Edges of neighbourhoods, each once with the lower node first. */
export function edgesOf(near: Neighbourhoods): [number, number][] {
  return near.flatMap((of, i) => of.filter((j) => j > i).map((j): [number, number] => [i, j]));
}
