import { EDGE_STATES } from '../../../protocol';
import type { WholeGraph } from '../../../protocol';

const KEPT = EDGE_STATES.indexOf('kept');

/** Nodes for each changed edge: with fewer there is no room for what is around them all. */
const AROUND = 16;

/** Nodes and edges of a graph, ascending. */
export interface Part {
  nodes: Uint32Array;
  edges: Uint32Array;
}

/**
 * At most so many nodes and edges of a graph: the nodes nearest to edges that changed (to one of them where these are
 * many), or to the node with most edges; of the edges between them those that changed, then the most curved.
 */
export function partOf(graph: WholeGraph, most: { nodes: number; edges: number }): Part {
  const numNodes = graph.x.length;
  const nodes = numNodes <= most.nodes ? Uint32Array.from(graph.x, (_, i) => i) : nearest(graph, most.nodes);
  return { nodes, edges: heaviest(graph, placesIn(graph, nodes), most.edges) };
}

/** A part as a graph of its own, whose nodes keep their names. */
export function taken(graph: WholeGraph, { nodes, edges }: Part): WholeGraph {
  const { of, labels, classes, x, y, from, to, curvature, before, states } = graph;
  if (nodes.length === x.length && edges.length === states.length) {
    return graph;
  }
  const place = placesIn(graph, nodes);
  return {
    of,
    labels: Array.from(nodes, (node) => labels?.[node] ?? String(node)),
    classes: Int8Array.from(nodes, (node) => classes[node]),
    x: Float32Array.from(nodes, (node) => x[node]),
    y: Float32Array.from(nodes, (node) => y[node]),
    from: Uint32Array.from(edges, (edge) => place[from[edge]]),
    to: Uint32Array.from(edges, (edge) => place[to[edge]]),
    curvature: Float32Array.from(edges, (edge) => curvature[edge]),
    before: before && Float32Array.from(edges, (edge) => before[edge]),
    states: Uint8Array.from(edges, (edge) => states[edge])
  };
}

/** Index of each node among some, -1 of the others. */
export function placesIn(graph: WholeGraph, nodes: Uint32Array): Int32Array {
  const place = new Int32Array(graph.x.length).fill(-1);
  nodes.forEach((node, i) => (place[node] = i));
  return place;
}

/** Nodes in the order of their distance from what changed, cut off at so many; ascending. */
function nearest(graph: WholeGraph, count: number): Uint32Array {
  const { from, to, states } = graph;
  const { starts, ends } = rows(graph);
  const seen = new Uint8Array(graph.x.length);
  const queue: number[] = [];
  const visit = (node: number): void => {
    if (seen[node] === 0) {
      seen[node] = 1;
      queue.push(node);
    }
  };
  const changed = Array.from(states, (_, edge) => edge).filter((edge) => states[edge] !== KEPT);
  // Where much has changed, bits from everywhere show less than one neighbourhood.
  const begun = changed.slice(0, changed.length > count / AROUND ? 1 : changed.length);
  begun.forEach((edge) => [from[edge], to[edge]].forEach(visit));
  if (queue.length === 0) {
    const degree = (node: number): number => starts[node + 1] - starts[node];
    visit(graph.x.reduce((best, _, node) => (degree(node) > degree(best) ? node : best), 0));
  }
  for (let next = 0, at = 0; queue.length < count; at++) {
    if (at === queue.length) {
      // Another component.
      while (seen[next] !== 0) {
        next++;
      }
      visit(next);
    }
    ends.subarray(starts[queue[at]], starts[queue[at] + 1]).forEach(visit);
  }
  return Uint32Array.from(queue.slice(0, count)).sort();
}

/** Other ends of each node's edges, in compressed rows. */
function rows({ x, from, to }: WholeGraph): { starts: Uint32Array; ends: Uint32Array } {
  const starts = new Uint32Array(x.length + 1);
  [from, to].forEach((column) => column.forEach((node) => starts[node + 1]++));
  for (let node = 0; node < x.length; node++) {
    starts[node + 1] += starts[node];
  }
  const free = starts.slice();
  const ends = new Uint32Array(2 * from.length);
  from.forEach((node, edge) => {
    ends[free[node]++] = to[edge];
    ends[free[to[edge]]++] = node;
  });
  return { starts, ends };
}

/** Edges between nodes that have a place: those that changed first, then the most curved; ascending. */
function heaviest({ from, to, states, curvature }: WholeGraph, place: Int32Array, count: number): Uint32Array {
  const between = Array.from(states, (_, edge) => edge).filter(
    (edge) => place[from[edge]] >= 0 && place[to[edge]] >= 0
  );
  if (between.length > count) {
    const weight = (edge: number): number => (states[edge] === KEPT ? Math.abs(curvature[edge]) || 0 : Infinity);
    between.sort((a, b) => (weight(a) === weight(b) ? a - b : weight(b) - weight(a)));
  }
  return Uint32Array.from(between.slice(0, count)).sort();
}
