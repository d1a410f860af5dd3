import { tf } from '../../base/backend';
import { expectOneOf } from '../../base/core';
import { adjacencyOf, type Graph, perGraph } from '../../base/graph';
import { neighbourMax, neighbourMean, neighbourSum } from '../../base/ops/graph';
import { type Aggregation, AGGREGATIONS } from './aggregate';

/**
 * Readout: the sum, mean or elementwise maximum of what the nodes of each graph hold, [N, F] to [graphs, F]; 0 of a graph without nodes, at the end of a batch as well.
 *
 * @throws {SwitchyardError} where rows are not as many as nodes, or the aggregation is none.
 */
export function readout(nodes: tf.Tensor2D, graph: Graph, aggregation: Aggregation): tf.Tensor2D {
  expectOneOf('graph.readout', 'aggregation', aggregation, AGGREGATIONS);
  const ops = { sum: neighbourSum, mean: neighbourMean, max: neighbourMax };
  return tf.tidy(() => ops[aggregation](nodes, membership(graph)));
}

/** Nodes as sources, each with one edge to its graph. */
const membership = perGraph((graph: Graph) => {
  const nodes = Int32Array.from({ length: graph.numNodes }, (_, i) => i);
  return adjacencyOf(nodes, graph.graphOf ?? new Int32Array(graph.numNodes), graph.numNodes, graph.numGraphs);
});
