import { fromEdges, type Graph } from './graph';

/**
 * Line digraph: a node for each directed edge of a graph, numbered as there, and an edge from (u, v) to each (v, w); d_in times d_out edges for each node of the graph. One that turns back, to (v, u), is among them.
 */
export function lineDigraph({ numEdges, sources, incoming }: Graph): Graph {
  const [from, to]: number[][] = [[], []];
  for (let edge = 0; edge < numEdges; edge++) {
    const node = sources[edge];
    for (let e = incoming.starts[node]; e < incoming.starts[node + 1]; e++) {
      from.push(incoming.edges[e]);
      to.push(edge);
    }
  }
  return fromEdges({ numNodes: numEdges, edges: { sources: Int32Array.from(from), targets: Int32Array.from(to) } });
}
