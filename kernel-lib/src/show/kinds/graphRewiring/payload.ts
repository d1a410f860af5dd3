import { expectInteger, expectOneOf, fail } from '../../../base/core';
import type { GraphEdge, GraphNode, GraphRewiringPayload } from '../../../protocol';
import { still } from '../../envelope';

/** Graph before and after it was rewired. */
export interface RewiredGraph {
  /** Number of nodes, or a label, a class and a place for each; default places are on a circle. */
  nodes: number | readonly Partial<GraphNode>[];
  /** Ends as indices of nodes; default state "kept", default curvature unknown. */
  edges: readonly (Pick<GraphEdge, 'from' | 'to'> & Partial<GraphEdge>)[];
  /** Names of the nodes' classes. */
  classes?: readonly string[];
  /** Measure of curvature. Default "curvature". */
  measure?: string;
  /** Title for people. Default "rewired graph". */
  title?: string;
}

/**
 * A graph with the edges that were added and removed, as a payload.
 *
 * @throws {SwitchyardError} where an edge ends at no node, or a node has a class that is not named.
 */
export function graphRewiring(graph: RewiredGraph): GraphRewiringPayload {
  const where = 'show.graphRewiring';
  const { classes = [], measure = 'curvature', title = 'rewired graph' } = graph;
  const given = typeof graph.nodes === 'number' ? countOf(where, graph.nodes) : graph.nodes;
  const nodes = given.map((node, i): GraphNode => {
    const angle = (2 * Math.PI * i) / given.length;
    const { label = String(i), class: own = -1, x = Math.cos(angle), y = Math.sin(angle) } = node;
    expectInteger(where, 'class', own, -1, classes.length - 1);
    return { label, class: own, x, y };
  });
  const edges = graph.edges.map(({ from, to, curvature = null, before, state = 'kept' }): GraphEdge => {
    [from, to].forEach((end) => expectInteger(where, 'ends of edges', end, 0, nodes.length - 1));
    expectOneOf(where, 'state', state, ['kept', 'added', 'removed']);
    return { from, to, curvature, ...(before === undefined ? {} : { before }), state };
  });
  return still('graph-rewiring', { measure, classes: [...classes], nodes, edges }, { title });
}

function countOf(where: string, count: number): Partial<GraphNode>[] {
  if (!Number.isInteger(count) || count < 0) {
    fail(where, 'nodes must be a list or a number of at least 0', count);
  }
  return Array.from({ length: count }, () => ({}));
}
