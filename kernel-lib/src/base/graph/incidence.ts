import { type Adjacency, adjacencyOf, perGraph } from './adjacency';

/** Which end of an edge. */
export type EdgeEnd = 'source' | 'target';

/** Edges as sources of their own, each with one edge to the node that it enters. */
const intoTargets = perGraph((g: Adjacency) => adjacencyOf(upTo(g.numEdges), g.targets, g.numEdges, g.numTargets));

/** Edges as sources of their own, each with one edge to the node that it leaves. */
const intoSources = perGraph((g: Adjacency) => {
  const { starts, edges } = g.outgoing;
  const nodes = new Int32Array(g.numEdges);
  for (let node = 0; node < g.numSources; node++) {
    nodes.fill(node, starts[node], starts[node + 1]);
  }
  return adjacencyOf(edges, nodes, g.numEdges, g.numSources);
});

/** Incidence of a graph: from its edges, M sources, to the nodes at one end of each. */
export function incidence(graph: Adjacency, end: EdgeEnd): Adjacency {
  return end === 'target' ? intoTargets(graph) : intoSources(graph);
}

function upTo(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
