import { expectOneOf } from '../core';
import type { Graph } from './graph';

/** Edges that are counted of a node: those that enter it or leave it. */
export type Direction = 'in' | 'out';

/** Options of `graph.degrees`. */
export interface DegreeOptions {
  /** Default "in". */
  direction?: Direction;
  /** Whether edges count by their weights. Default false: each counts once. */
  weighted?: boolean;
}

/**
 * Degree of each node, [N]: the edges that enter (or leave) it, or the sum of their weights; a loop is one edge of each.
 *
 * @throws {SwitchyardError} where the direction is none.
 */
export function degrees(graph: Graph, { direction = 'in', weighted = false }: DegreeOptions = {}): Float32Array {
  expectOneOf('graph.degrees', 'direction', direction, ['in', 'out']);
  const sums = new Float64Array(graph.numNodes);
  const ends = direction === 'in' ? graph.targets : graph.sources;
  ends.forEach((node, edge) => (sums[node] += weighted ? graph.weightOf(edge) : 1));
  return Float32Array.from(sums);
}
