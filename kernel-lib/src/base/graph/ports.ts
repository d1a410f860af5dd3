import { fail } from '../core';
import type { Graph } from './graph';
import type { Features } from './options';

/** Options of `graph.ports`. */
export interface PortsOptions {
  /** Time of each edge, by which a node's neighbours are numbered, [M]. Default: the order in which edges were given. */
  times?: ArrayLike<number>;
}

/**
 * Port numbers of a directed multigraph's edges (arXiv 2306.11586), [M, 2]: the number that the source has among the nodes that lead to the target, and the one that the target has among those that the source leads to, from 1 in
 * the order of their first edges. Parallel edges share both numbers, so that edges of one neighbour and of several are told apart. Numbers go by time or order, not by structure: another order of the edges gives others.
 *
 * @throws {SwitchyardError} where there is not a finite time for each edge.
 */
export function ports(graph: Graph, { times }: PortsOptions = {}): Features {
  const { numEdges, sources, targets, given } = graph;
  if (times !== undefined && (times.length !== numEdges || Array.from(times).some((time) => !Number.isFinite(time)))) {
    fail('graph.ports', `times must be ${numEdges} finite numbers`, Array.from(times));
  }
  const key = (edge: number): number => times?.[edge] ?? given[edge];
  const order = Array.from(sources.keys()).sort((a, b) => key(a) - key(b) || given[a] - given[b] || a - b);
  const values = new Float32Array(2 * numEdges);
  const number = (ends: Int32Array, others: Int32Array, column: number): void => {
    const known = Array.from({ length: graph.numNodes }, () => new Map<number, number>());
    for (const edge of order) {
      const own = known[ends[edge]];
      const port = own.get(others[edge]) ?? own.size + 1;
      own.set(others[edge], port);
      values[2 * edge + column] = port;
    }
  };
  number(targets, sources, 0);
  number(sources, targets, 1);
  return { values, width: 2 };
}
