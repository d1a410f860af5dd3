import { fail } from '../core';
import { type Adjacency, adjacencyOf } from './adjacency';
import type { Graph } from './graph';

/**
 * Edges of a graph with types, by target and type: node n hears its edges of type r at the target n R + r, so that one pass over them aggregates each relation alone.
 *
 * @throws {SwitchyardError} where edges have no types, or one of R or more.
 */
export function byRelation(where: string, graph: Graph, relations: number): Adjacency & { readonly order: Int32Array } {
  const { edgeTypes } = graph;
  if (edgeTypes === undefined) {
    fail(where, 'edges must have types (edgeTypes)', 'none');
  }
  const wrong = edgeTypes.find((type) => type >= relations);
  if (wrong !== undefined) {
    fail(where, `types of edges must be 0..${relations - 1}`, wrong);
  }
  const key = (edge: number): number => graph.targets[edge] * relations + edgeTypes[edge];
  const order = graph.incoming.edges.slice().sort((a, b) => key(a) - key(b) || a - b);
  const sources = order.map((edge) => graph.sources[edge]);
  return Object.assign(adjacencyOf(sources, order.map(key), graph.numNodes, graph.numNodes * relations), { order });
}
