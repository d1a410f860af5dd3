import { tf } from '../../base/backend';
import { Axis, type Context, expectOneOf, fail, given, Module, showShape } from '../../base/core';
import { type Graph, incidence } from '../../base/graph';
import {
  type EdgeWeights,
  edgeGather,
  edgeScatter,
  neighbourMax,
  neighbourMean,
  neighbourSum
} from '../../base/ops/graph';
import { EDGE_GATES, GRAPH, RELATIONS } from '../stateKeys';
import { AGGREGATIONS } from './aggregate';
import type { Aggregation } from './aggregate';
import { EdgeEnds } from './edgeEnds';

/** Messages that are what the sources hold, [N, G], each times a weight of its edge, [M], or of its edge and head, [M, H]: no row is made for an edge. */
export interface SourceMessages {
  sources: tf.Tensor2D;
  /** Default: 1. Numbers on the host have no gradient. */
  weights?: EdgeWeights;
  /** Rows of the edges, [M, G], that are added to what the sources hold. Default: none. */
  edges?: tf.Tensor2D;
}

/** Messages of the edges: rows of their own, [M, G], or what the sources hold. */
export type Messages = tf.Tensor2D | SourceMessages;

/**
 * Base of layers of graph networks: nodes [N, F] to nodes [N, P]. Each edge makes a message of what its ends hold, each node aggregates the messages that lead to it, and is updated by that. The graph is that of
 * the pass (`GRAPH`, which {@link OnGraph} leaves), or what the layer makes of it (`over`). By default a message is what the source holds, and the update is what was aggregated.
 */
export abstract class MessagePassing extends Module {
  constructor(readonly aggregation: Aggregation) {
    super();
    expectOneOf('graph.MessagePassing', 'aggregation', aggregation, AGGREGATIONS);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = this.over(graphOfPass(this, ctx), ctx);
    if (x.rank !== 2 || x.shape[0] !== graph.numNodes) {
      fail(ctx.path || this.kind, `nodes must be [N, F] (N ${graph.numNodes})`, showShape(x.shape));
    }
    return tf.tidy(() => {
      const nodes = x as tf.Tensor2D;
      const messages = this.message(new EdgeEnds(nodes, graph), ctx);
      return this.update(nodes, this.gathered(messages, graph, ctx), ctx);
    });
  }

  /** Whether edges may be shut by gates: where messages are summed, or their mean is taken, over the edges of the pass. */
  protected takesGates(): boolean {
    return this.aggregation !== 'max';
  }

  // What edges that are shut would bring is not there, nor do they count in a mean.
  private gathered(messages: Messages, graph: Graph, ctx: Context): tf.Tensor2D {
    const gates = ctx.getState(EDGE_GATES);
    if (gates === null) {
      return this.aggregate(messages, graph, ctx);
    }
    if (!this.takesGates() || graph !== ctx.getState(GRAPH)) {
      fail(ctx.path || this.kind, 'a layer whose edges are gated must sum or average over the edges of the pass', this.kind); // prettier-ignore
    }
    const heard = this.aggregate(gatedBy(gates, messages, graph), graph, ctx);
    const ones = tf.ones([graph.numNodes, 1]) as tf.Tensor2D;
    const more = (): tf.Tensor => neighbourSum(ones, graph).div(neighbourSum(ones, graph, gates).maximum(1));
    return this.aggregation === 'sum' ? heard : heard.mul(more());
  }

  /** The graph that messages go over, of that of the pass, with as many nodes. Default: the same. */
  protected over(graph: Graph, _ctx: Context): Graph {
    return graph;
  }

  /** Messages of the edges. */
  protected message({ nodes }: EdgeEnds, _ctx: Context): Messages {
    return { sources: nodes };
  }

  /** Aggregate of the messages that lead to each node, [N, G]; 0 where none leads. */
  protected aggregate(messages: Messages, graph: Graph, _ctx: Context): tf.Tensor2D {
    const { aggregation } = this;
    if (!('sources' in messages)) {
      return edgeScatter(messages, graph, aggregation);
    }
    const { sources, weights, edges } = messages;
    if (aggregation === 'max') {
      return weights === undefined && edges === undefined ? neighbourMax(sources, graph) : edgeScatter(rowsOf(messages, graph), graph, 'max'); // prettier-ignore
    }
    const aggregated = aggregation === 'sum' ? neighbourSum : neighbourMean;
    const heard = aggregated(sources, graph, weights);
    return edges === undefined ? heard : heard.add(aggregated(edges, incidence(graph, 'target'), weights));
  }

  /** Nodes [N, P], of what they held and of what was aggregated, [N, G]. */
  protected update(_nodes: tf.Tensor2D, aggregated: tf.Tensor2D, _ctx: Context): tf.Tensor {
    return aggregated;
  }
}

/** Messages times the gates of their edges, [M, 1]. */
function gatedBy(gates: tf.Tensor2D, messages: Messages, graph: Graph): Messages {
  if (!('sources' in messages)) {
    return messages.mul<tf.Tensor2D>(gates);
  }
  const { weights } = messages;
  const all = weights instanceof Float32Array ? tf.tensor1d(weights) : weights;
  return { ...messages, weights: all === undefined ? gates : gates.mul(all.reshape([graph.numEdges, -1])) };
}

/** A row for each edge, [M, G]. */
function rowsOf({ sources, weights, edges }: SourceMessages, graph: Graph): tf.Tensor2D {
  const read = edgeGather(sources, graph, 'source');
  const rows = edges === undefined ? read : read.add<tf.Tensor2D>(edges);
  if (weights === undefined) {
    return rows;
  }
  const all = weights instanceof tf.Tensor ? weights : tf.tensor1d(weights);
  const by = all.reshape([graph.numEdges, -1, 1]);
  return rows.reshape([graph.numEdges, by.shape[1]!, -1]).mul(by).reshape(rows.shape);
}

/** The graph of the pass. */
export function graphOfPass(module: Module, ctx: Context): Graph {
  return (
    given(module.kind, ctx, 'the pass (ctx)').getState(GRAPH) ??
    fail(ctx.path || module.kind, 'the pass must have edges (graph.OnGraph)', 'none')
  );
}

/** Features of the edges of the pass, [M, R]. */
export function edgeFeaturesOfPass(module: Module, ctx: Context): tf.Tensor2D {
  return ctx.getState(RELATIONS) ?? fail(ctx.path || module.kind, 'the pass must have features of edges (edgeFeatures of the graph)', 'none'); // prettier-ignore
}

/** The axis of the edges' features. */
export function edgeAxis(width: number): Axis {
  return Axis.of('edgeWidth', width).pin('the data have it');
}
