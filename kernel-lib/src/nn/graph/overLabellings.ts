import { tf } from '../../base/backend';
import { type Context, expectOneOf, expectShape, given, Module } from '../../base/core';
import { adjacencyOf, type Graph, labelled, type LabelledOptions, perGraph } from '../../base/graph';
import { neighbourMax, neighbourMean, neighbourSum } from '../../base/ops/graph';
import { type Aggregation, AGGREGATIONS } from './aggregate';
import { graphOfPass } from './messagePassing';
import { enterGraph } from './onGraph';

/** Options of `graph.OverLabellings`. */
export interface OverLabellingsOptions extends LabelledOptions {
  /** Network with a readout, [N, F + l] to [graphs, P]: the labels of a node stand behind its features. */
  network: Module;
  /** How the outputs of all labellings are pooled. Default "mean". */
  pooling?: Aggregation;
}

/**
 * Pooling over labellings of nodes (k,l-GNN, arXiv 2305.04963): the network runs on a copy of the graph for each tuple of l labelled nodes, and what it makes of them is pooled; nodes [N, F] to [graphs, P]. Invariant to the order
 * of nodes, as the network is. Without labels it is the network itself. Runs of the network: N^l, or fewer with a distance.
 */
export class OverLabellings extends Module {
  readonly kind = 'over-labellings';
  private readonly network: Module;
  private readonly labels: number;
  private readonly pooling: Aggregation;
  private readonly copies: (graph: Graph) => ReturnType<typeof labelled>;

  constructor(options: OverLabellingsOptions) {
    super();
    const where = 'graph.OverLabellings';
    const { network, labels, distance, pooling = 'mean' } = given(where, options);
    expectOneOf(where, 'pooling', pooling, AGGREGATIONS);
    this.labels = labels;
    this.pooling = pooling;
    this.network = this.addChild('network', network);
    this.copies = perGraph((graph) => labelled(graph, { labels, distance }));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.OverLabellings', x, [graph.numNodes, 'F']);
    const { graph: copies, nodes, marks, tuples, graphOf } = this.copies(graph);
    return tf.tidy(() => {
      const rows = tf.gather(x, tf.tensor1d(nodes, 'int32'));
      const given = this.labels === 0 ? rows : tf.concat([rows, tf.tensor2d(marks, [nodes.length, this.labels])], 1);
      enterGraph(copies, ctx);
      const each = this.network.apply(given, ctx.within('network')) as tf.Tensor2D;
      enterGraph(graph, ctx);
      expectShape(`${ctx.path || 'graph.OverLabellings'}.network`, each, [tuples.length, 'P']);
      const pooled = { sum: neighbourSum, mean: neighbourMean, max: neighbourMax }[this.pooling];
      const into = adjacencyOf(Int32Array.from(tuples.keys()), graphOf, tuples.length, graph.numGraphs);
      return pooled(each, into);
    });
  }
}
