import { expectInteger } from '../core';
import { Graph } from './graph';

/**
 * Graphs of the nodes at each distance, 1 to `distance`: in the k-th an edge leads to a node from each that lies exactly k steps before it, along the edges; none has weights. A search from each node: N (N + M) steps at most.
 */
export function shells(graph: Graph, distance: number): Graph[] {
  expectInteger('graph.shells', 'distance', distance, 1);
  const edges = Array.from({ length: distance }, () => ({ sources: [] as number[], targets: [] as number[] }));
  const seen = new Int32Array(graph.numNodes).fill(-1);
  for (let node = 0; node < graph.numNodes; node++) {
    seen[node] = node;
    let reached = [node];
    for (let k = 0; k < distance && reached.length > 0; k++) {
      reached = before(graph, reached, seen, node);
      reached.forEach((source) => {
        edges[k].sources.push(source);
        edges[k].targets.push(node);
      });
    }
  }
  return edges.map((each) => new Graph('graph.shells', { numNodes: graph.numNodes, edges: each }));
}

/** Nodes with an edge to one of these that the search of this target has not seen yet. */
function before(
  { incoming: { starts, neighbours } }: Graph,
  nodes: number[],
  seen: Int32Array,
  target: number
): number[] {
  // prettier-ignore
  const found: number[] = [];
  for (const node of nodes) {
    for (let at = starts[node]; at < starts[node + 1]; at++) {
      const source = neighbours[at];
      if (seen[source] !== target) {
        seen[source] = target;
        found.push(source);
      }
    }
  }
  return found;
}
