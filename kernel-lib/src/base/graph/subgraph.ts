import { expectInteger, fail } from '../core';
import { Graph, takeRows } from './graph';

/**
 * The graph of some nodes and the edges among them; node i is the i-th of those that are named. Which graph of a batch a node is of is left out.
 *
 * @throws {SwitchyardError} where a node is named that is not there, or twice.
 */
export function subgraph(graph: Graph, nodes: ArrayLike<number>): Graph {
  const kept = Int32Array.from(nodes);
  const place = new Int32Array(graph.numNodes).fill(-1);
  Array.from(nodes).forEach((node, i) => {
    expectInteger('graph.subgraph', 'nodes', node, 0, graph.numNodes - 1);
    if (place[node] >= 0) {
      fail('graph.subgraph', 'nodes must be named once', node);
    }
    place[node] = i;
  });
  const { sources, targets, weights, edgeTypes, edgeFeatures, nodeTypes, nodeFeatures } = graph;
  const edges = graph.incoming.edges.filter((edge) => place[sources[edge]] >= 0 && place[targets[edge]] >= 0);
  return new Graph('graph.subgraph', {
    numNodes: kept.length,
    edges: {
      sources: edges.map((edge) => place[sources[edge]]),
      targets: edges.map((edge) => place[targets[edge]])
    },
    weights: weights && Float32Array.from(edges, (edge) => weights[edge]),
    edgeTypes: edgeTypes && edges.map((edge) => edgeTypes[edge]),
    edgeFeatures: edgeFeatures && takeRows(edgeFeatures, edges),
    nodeTypes: nodeTypes && kept.map((node) => nodeTypes[node]),
    nodeFeatures: nodeFeatures && takeRows(nodeFeatures, kept)
  });
}
