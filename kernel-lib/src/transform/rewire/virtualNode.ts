import { expectInteger } from '../../base/core';
import type { Graph } from '../../base/graph';
import { EditableGraph, withEdges } from './editableGraph';
import { type RewiredEdge, type Rewiring, reportOf } from './rewiring';

/** Options of `graph.rewire.virtualNode`. */
export interface VirtualNodeOptions {
  /** Virtual nodes, each beside all others of the graph and not beside each other. Default 1. */
  count?: number;
}

/**
 * Virtual nodes (Gilmer et al., 2017, arXiv 1704.01212): nodes after the others, beside all of them, with features 0 and a type of their own, and edges of a type of their own. No two nodes are then more than two apart.
 *
 * @throws {SwitchyardError} where an edge has no way back, or the graph is a batch.
 */
export function virtualNode(graph: Graph, { count = 1 }: VirtualNodeOptions = {}): Rewiring {
  const where = 'graph.rewire.virtualNode';
  expectInteger(where, 'count', count, 0);
  const { numNodes } = new EditableGraph(where, graph);
  const added = Array.from({ length: count * numNodes }, (_, i): RewiredEdge => {
    return { source: i % numNodes, target: numNodes + Math.floor(i / numNodes), value: null, met: null };
  });
  const output = withEdges(graph, added, { newNodes: count });
  const criterion = 'none for single edges: all nodes are at most two apart';
  return { graph: output, report: reportOf(where, graph, output, { criterion, added, removed: [] }) };
}
