import { keepEdges } from './loops';
import type { Graph } from './graph';

/** The lower triangle of a matrix that is a graph (an edge's weight is the entry of its target's row and its source's column): edges from nodes of at most their target's number, loops among them. */
export function lowerTriangle(graph: Graph): Graph {
  return keepEdges('graph.lowerTriangle', graph, (edge) => graph.sources[edge] <= graph.targets[edge]);
}
