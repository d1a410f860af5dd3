import { expectInteger, expectOneOf, fail } from '../../../base/core';
import { MAX_NODES } from '../../../protocol';
import type { GraphEdge, GraphNode, GraphRewiringPayload } from '../../../protocol';
import { omitted } from '../../bounds/omitted';
import { still } from '../../envelope';
import { partOf, placesIn } from './part';
import { sensitivityOf, type ToldSensitivity } from './sensitivity';
import { columnsOf, drawWhole, tellWhole } from './whole';

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
  /** Sensitivity of outputs at some nodes to what each node holds. Default: none is told. */
  sensitivity?: ToldSensitivity;
}

/**
 * A graph with the edges that were added and removed, as a payload. Of one that an output has no room for it holds a part: at
 * most 512 nodes, those nearest to edges that changed. Its saved picture shows up to 2,000; the panel is told the whole by the kernel that shows it, up to 50,000
 * nodes and 100,000 edges.
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
  const whole = columnsOf(nodes, edges);
  const part = partOf(whole, { nodes: MAX_NODES, edges: Infinity });
  const place = placesIn(whole, part.nodes);
  const shown = {
    nodes: Array.from(part.nodes, (node) => nodes[node]),
    edges: Array.from(part.edges, (edge) => ({
      ...edges[edge],
      from: place[edges[edge].from],
      to: place[edges[edge].to]
    }))
  };
  const told = graph.sensitivity && sensitivityOf(where, graph.sensitivity, nodes.length, part.nodes);
  const around = {
    ...{ measure, classes: [...classes], ...omitted(0, edges.length - shown.edges.length), of: whole.of },
    ...(told === undefined ? {} : { sensitivity: told })
  };
  const payload = still('graph-rewiring', { ...around, ...shown }, { title });
  tellWhole(payload, whole);
  drawWhole(payload, whole);
  return payload;
}

function countOf(where: string, count: number): Partial<GraphNode>[] {
  if (!Number.isInteger(count) || count < 0) {
    fail(where, 'nodes must be a list or a number of at least 0', count);
  }
  return Array.from({ length: count }, () => ({}));
}
