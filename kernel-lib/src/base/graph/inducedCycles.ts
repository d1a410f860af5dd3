import { expectInteger, fail } from '../core';
import type { Graph } from './graph';

/** Cycles that are listed at most. */
const MOST = 100_000;

/**
 * Induced cycles of a graph, without chords, of at most so many nodes, each once: from its smallest node on, the smaller of the two beside it next. Edges are taken both ways; parallel ones and loops do not count.
 *
 * @throws {SwitchyardError} where the length is below 3, or there are more than 100,000.
 */
export function inducedCycles(graph: Graph, { most }: { most: number }): number[][] {
  const where = 'graph.inducedCycles';
  expectInteger(where, 'most', most, 3);
  const near = Array.from({ length: graph.numNodes }, () => new Set<number>());
  graph.sources.forEach((source, edge) => {
    if (source !== graph.targets[edge]) {
      near[source].add(graph.targets[edge]);
      near[graph.targets[edge]].add(source);
    }
  });
  const out: number[][] = [];
  const extend = (path: number[]): void => {
    const [start, last] = [path[0], path[path.length - 1]];
    for (const node of near[last]) {
      if (node <= start || path.includes(node)) {
        continue;
      }
      // A chord is an edge to one of the path but the last, or, where it closes, the first.
      if (path.slice(1, -1).some((other) => near[node].has(other))) {
        continue;
      }
      if (!near[node].has(start) || path.length === 1) {
        if (path.length + 1 < most) {
          extend([...path, node]);
        }
      } else if (path[1] < node) {
        if (out.push([...path, node]) > MOST) {
          fail(where, `there must be at most ${MOST} cycles`, `more, of at most ${most} nodes`);
        }
      }
    }
  };
  near.forEach((_, start) => extend([start]));
  return out;
}
