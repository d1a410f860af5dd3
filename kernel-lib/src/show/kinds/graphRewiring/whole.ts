import { EDGE_STATES, MAX_LIVE_EDGES, MAX_LIVE_NODES, packWholeGraph } from '../../../protocol';
import type {
  GraphEdge,
  GraphNode,
  GraphRewiringData,
  GraphRewiringPayload,
  PackedGraph,
  WholeGraph
} from '../../../protocol';
import { drawFrom } from '../../pictured';
import { tellDetails } from '../../stillDetails';
import { partOf, taken } from './part';

/** A graph in columns. Labels that are the nodes' numbers are not kept. */
export function columnsOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): WholeGraph {
  const numbered = nodes.every(({ label }, i) => label === String(i));
  const told = edges.some(({ before }) => before !== undefined);
  const amount = (value: number | null | undefined): number => value ?? NaN;
  return {
    of: { nodes: nodes.length, edges: edges.length },
    labels: numbered ? null : nodes.map(({ label }) => label),
    classes: Int8Array.from(nodes, (node) => node.class),
    x: Float32Array.from(nodes, ({ x }) => x),
    y: Float32Array.from(nodes, ({ y }) => y),
    from: Uint32Array.from(edges, ({ from }) => from),
    to: Uint32Array.from(edges, ({ to }) => to),
    curvature: Float32Array.from(edges, ({ curvature }) => amount(curvature)),
    before: told ? Float32Array.from(edges, ({ before }) => amount(before)) : null,
    states: Uint8Array.from(edges, ({ state }) => EDGE_STATES.indexOf(state))
  };
}

/** Nodes and edges of the saved picture. */
const PICTURED = { nodes: 2000, edges: 5000 };

/** Has the saved picture drawn from as much of the whole graph as it shows. */
export function drawWhole(payload: GraphRewiringPayload, whole: WholeGraph): void {
  if (payload.data.of !== undefined) {
    // Of a part, whose nodes have other numbers, is what an output says of sensitivity.
    drawFrom(payload, () => ({
      ...payload.data,
      sensitivity: undefined,
      ...rowsOf(taken(whole, partOf(whole, PICTURED)))
    }));
  }
}

/** The nodes and edges of a graph in columns. */
function rowsOf({
  labels,
  classes,
  x,
  y,
  from,
  to,
  curvature,
  before,
  states
}: WholeGraph): Pick<GraphRewiringData, 'nodes' | 'edges'> {
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    nodes: Array.from(x, (_, i) => ({ label: labels?.[i] ?? String(i), class: classes[i], x: x[i], y: y[i] })),
    edges: Array.from(states, (state, e) => ({
      ...{ from: from[e], to: to[e], curvature: known(curvature[e]), state: EDGE_STATES[state] },
      ...(before === null ? {} : { before: known(before[e]) })
    }))
  };
}

/** Has a panel told the whole graph of a payload that holds a part of it, as far as {@link MAX_LIVE_EDGES} go; packed when it is first asked for. */
export function tellWhole(payload: GraphRewiringPayload, whole: WholeGraph): void {
  if (payload.data.of !== undefined) {
    let packed: PackedGraph | null = null;
    tellDetails(payload, (layer) => {
      packed ??= packWholeGraph(taken(whole, partOf(whole, { nodes: MAX_LIVE_NODES, edges: MAX_LIVE_EDGES })));
      return { data: { type: 'details', layer, graph: packed.head }, buffers: packed.buffers };
    });
  }
}
