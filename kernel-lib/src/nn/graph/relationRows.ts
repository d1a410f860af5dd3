import { expectOneOf, fail } from '../../base/core';
import { type Adjacency, adjacencyOf, type EdgeEnd, type Graph } from '../../base/graph';
import { type DispatchPlan, planDispatch } from '../../base/ops';

/** Rows that typed messages are made in: one of each node and relation that an edge has ("compact"), or one of each edge ("edges"). */
export type RelationLayout = 'compact' | 'edges';

/** Rows of nodes to multiply by the matrix of their relation, sorted by it. */
export interface RelationRows {
  /** Rows by relation, of nodes ("compact") or of edges ("edges"). */
  plan: DispatchPlan;
  /** Row of each edge, [M]. */
  ofEdge: Int32Array;
  /** Relation of each row. */
  relations: Int32Array;
  /** Edges from rows to nodes, in the order of the graph's. */
  adjacency: Adjacency;
}

/**
 * Rows of one end of a graph's typed edges (arXiv 2301.06284): of sources that send by one relation to many, the compact layout has one row where the other has as many as there are edges.
 *
 * @throws {SwitchyardError} where edges have no types, or one of R or more.
 */
export function relationRows(
  where: string,
  graph: Graph,
  { relations, layout, end }: { relations: number; layout: RelationLayout; end: EdgeEnd }
): RelationRows {
  expectOneOf(where, 'layout', layout, ['compact', 'edges']);
  const { edgeTypes, numNodes, numEdges } = graph;
  if (edgeTypes === undefined) {
    fail(where, 'edges must have types (edgeTypes)', 'none');
  }
  const wrong = edgeTypes.find((type) => type >= relations);
  if (wrong !== undefined) {
    fail(where, `types of edges must be 0..${relations - 1}`, wrong);
  }
  const ends = end === 'source' ? graph.sources : graph.targets;
  const compact = layout === 'compact';
  const k = compact ? relations : 1;
  const numTokens = compact ? numNodes : numEdges;
  const place = (edge: number): number => (compact ? ends[edge] * relations + edgeTypes[edge] : edge);
  const indices = new Int32Array(numTokens * k).fill(-1);
  edgeTypes.forEach((type, edge) => (indices[place(edge)] = type));
  const plan = planDispatch(indices, { numTokens, k, numExperts: relations });
  const ofEdge = Int32Array.from(edgeTypes, (_, edge) => plan.inverse[place(edge)]);
  return {
    plan,
    ofEdge,
    relations: plan.source.map((at) => indices[at]),
    adjacency: adjacencyOf(ofEdge, graph.targets, plan.rows, numNodes)
  };
}
