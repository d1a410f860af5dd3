import { expectInteger, fail, given } from '../../base/core';
import { type FeatureRows, fromEdges, type Graph } from '../../base/graph';
import { EditableGraph, withEdges } from './editableGraph';
import { type RewiredEdge, type Rewiring, reportOf } from './rewiring';

/** Options of `graph.rewire.insertNodes`. */
export interface InsertNodesOptions {
  /** Features of the new nodes, [K, F], of the width of the graph's. */
  features: FeatureRows;
  /** How likely an edge is from each new node to each of the graph, [K][N], as an edge predictor says. */
  scores: readonly ArrayLike<number>[];
  /** Edges of each new node: to the nodes of the highest scores, of which the smaller number goes first. Default 3. */
  perNode?: number;
}

/**
 * New nodes with features of their own, such as texts that a language model wrote for each class (LLM4NG, arXiv 2310.09872), after the others, joined to those that an edge predictor finds likeliest. Nothing of what was there
 * changes; new edges, and new nodes where nodes have types, have a type of their own.
 *
 * @throws {SwitchyardError} where an edge has no way back, the graph is a batch or has no features of nodes, or features or scores are of other numbers.
 */
export function insertNodes(graph: Graph, options: InsertNodesOptions): Rewiring {
  const where = 'graph.rewire.insertNodes';
  const { features, scores, perNode = 3 } = given(where, options);
  const { numNodes } = new EditableGraph(where, graph);
  const own = graph.nodeFeatures ?? fail(where, 'the graph must have features of nodes', 'none');
  expectInteger(where, 'perNode', perNode, 0, numNodes);
  const count = scores.length;
  const added = fromEdges({ numNodes: count, edges: [], nodeFeatures: features }).nodeFeatures!;
  if (added.width !== own.width || scores.some((row) => row.length !== numNodes)) {
    fail(where, `features must be of width ${own.width}, and scores of ${numNodes} nodes each`, [added.width, scores.map((row) => row.length)]); // prettier-ignore
  }
  const edges = scores.flatMap((row, i) => {
    const order = Array.from({ length: numNodes }, (_, node) => node).sort((a, b) => row[b] - row[a] || a - b);
    return order.slice(0, perNode).map((node): RewiredEdge => ({ source: node, target: numNodes + i, value: row[node], met: null })); // prettier-ignore
  });
  const joined = withEdges(graph, edges, { newNodes: count });
  const nodeFeatures = { values: [...own.values, ...added.values], width: own.width };
  // Undirected edges are there both ways.
  const output = fromEdges({ ...joined.directedOptions, nodeFeatures });
  const criterion = 'none for single edges: they are those of the highest scores (value)';
  return { graph: output, report: reportOf(where, graph, output, { criterion, added: edges, removed: [] }) };
}
