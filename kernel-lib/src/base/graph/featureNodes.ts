import { fail } from '../core';
import { Graph } from './graph';

/** Options of `graph.featureNodes`. */
export interface FeatureNodesOptions {
  /** Values of each node's features, [N][F]; null where a node has none. Default: those of the graph. */
  rows?: readonly (readonly (number | null)[])[];
}

/**
 * Allotropic graph (GRAFENNE, arXiv 2306.03447): a node for each feature behind the N nodes, N + F in all, joined both ways to the nodes that have a value of it, which is the weight and the one feature of the edges. Types of nodes
 * are 0 and 1; types of edges 0 of the graph's own (weight and feature 1), 1 from a feature to a node, 2 from a node to a feature. A network on it has parameters that do not depend on how many features there are or in which order,
 * and works with features that come later. Types, weights and features of the graph's own edges are left out.
 *
 * @throws {SwitchyardError} where rows are not as many as nodes, or of several lengths.
 */
export function featureNodes(graph: Graph, { rows }: FeatureNodesOptions = {}): Graph {
  const where = 'graph.featureNodes';
  const { numNodes, nodeFeatures } = graph;
  const given = rows ?? ownRows(graph) ?? fail(where, 'there must be rows, or features of the nodes', nodeFeatures);
  const width = given[0]?.length ?? 0;
  if (given.length !== numNodes || given.some((row) => row.length !== width)) {
    fail(where, `rows must be ${numNodes}, of one length`, given.map((row) => row.length)); // prettier-ignore
  }
  const { sources, targets, types, weights } = { sources: [...graph.sources], targets: [...graph.targets], types: new Array<number>(graph.numEdges).fill(0), weights: new Array<number>(graph.numEdges).fill(1) }; // prettier-ignore
  given.forEach((row, node) =>
    row.forEach((value, feature) => {
      if (value !== null) {
        sources.push(numNodes + feature, node);
        targets.push(node, numNodes + feature);
        types.push(1, 2);
        weights.push(value, value);
      }
    })
  );
  return new Graph(where, {
    numNodes: numNodes + width,
    edges: { sources, targets },
    ...{ weights, edgeTypes: types, edgeFeatures: { values: weights, width: 1 } },
    nodeTypes: Array.from({ length: numNodes + width }, (_, node) => Number(node >= numNodes))
  });
}

function ownRows({ numNodes, nodeFeatures }: Graph): number[][] | undefined {
  const { values, width } = nodeFeatures ?? { values: new Float32Array(), width: 0 };
  return nodeFeatures && Array.from({ length: numNodes }, (_, node) => [...values.subarray(node * width, (node + 1) * width)]); // prettier-ignore
}
