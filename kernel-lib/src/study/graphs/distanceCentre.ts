import { expectInteger, fail } from '../../base/core';
import type { Graph } from '../../base/graph';
import { hopsFrom, neighbourhoods } from '../../base/topology';

/**
 * Nodes that something has reached, by the sum of their hop distances to all of them: first the distance centre (Shah and Zaman, arXiv 0909.4370), the most likely source of a spread where nothing else is known. Edges count both
 * ways; where there is no way the distance is N. Ties go to the smaller number.
 *
 * @param reached - Nodes, each once: those that are infected or have recovered, of an epidemic.
 * @throws {SwitchyardError} where a node is not of the graph, or named twice.
 */
export function distanceCentre(graph: Graph, reached: readonly number[]): number[] {
  const where = 'graph.probes.distanceCentre';
  reached.forEach((node) => expectInteger(where, 'reached', node, 0, graph.numNodes - 1));
  if (new Set(reached).size < reached.length) {
    fail(where, 'reached must name each node once', reached);
  }
  const near = neighbourhoods(graph);
  const sums = new Map<number, number>();
  reached.forEach((node) => {
    const hops = hopsFrom(near, node);
    sums.set(node, reached.reduce((sum, other) => sum + (hops[other] < 0 ? graph.numNodes : hops[other]), 0)); // prettier-ignore
  });
  return [...reached].sort((a, b) => sums.get(a)! - sums.get(b)! || a - b);
}
