import { tf } from '../../../base/backend';
import { Axis, type Context, expectInteger, given, Parameter, type Random, type Size } from '../../../base/core';
import { type Graph, perGraph } from '../../../base/graph';
import { dispatch, type DispatchPlan, embed, groupedMatMul } from '../../../base/ops';
import { edgeGather, neighbourSum } from '../../../base/ops/graph';
import { initialize, xavierUniform } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass, type Messages } from '../messagePassing';
import { byKind, kindPlan } from '../nodeKinds';
import { type RelationLayout, type RelationRows, relationRows } from '../relationRows';
import { SLOPE } from './gat';
import { type AttentionChoices, NeighbourAttention } from './neighbourAttention';

/** Options of `graph.relationalAttention`. */
export interface RelationalAttentionSpecOptions extends AttentionChoices {
  /** Types of edges, R. */
  relations: number;
  /** Types of nodes, each of which has a map of its own for what its nodes hold; 0: nodes do not hear themselves. Default 1. */
  nodeKinds?: number;
  /** Rows that messages are made in; the result does not depend on it. Default "compact". */
  layout?: RelationLayout;
  /** Whether maps and vectors of attention are multiplied first, `x (W a)`, in place of `(x W) a`. Default true. */
  fuse?: boolean;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
}

/** Options of `graph.RelationalAttention`. */
export interface RelationalAttentionOptions extends RelationalAttentionSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/**
 * Relational graph attention (RGAT, arXiv 1904.05811) in the plans of PIGEON (arXiv 2301.06284), nodes [N, F] to [N, P]: shares of the edges that enter a node are a softmax of `leakyReLU(a_r . x_source W_r + b_r . x_target W_r)`, of each
 * head, and what sources hold, `x W_r`, is added up by them, with `x V` of the node's own type. All relations are multiplied in one grouped product over rows that are sorted by relation, and edges read these rows in one traversal.
 * Fused, scores of targets are a product with `W_r b_r`, [F, H], and no row `x W_r` is made for them. Edges must have types, 0..R-1, and nodes where there are several kinds; weights are not read.
 */
export class RelationalAttention extends NeighbourAttention {
  readonly kind = 'relational-attention';
  private readonly options: { relations: number; nodeKinds: number; layout: RelationLayout; fuse: boolean };
  private readonly weight: Parameter;
  private readonly attend: Record<'source' | 'target', Parameter>;
  private readonly own: Parameter | null;
  private readonly rowsOf: (graph: Graph) => Record<'source' | 'target', RelationRows>;
  private readonly kindsOf: (graph: Graph) => DispatchPlan;

  constructor(options: RelationalAttentionOptions) {
    const where = 'graph.RelationalAttention';
    const { inputWidth, relations, nodeKinds = 1, layout = 'compact', fuse = true, bias = true, random, ...choices } = given(where, options); // prettier-ignore
    super(where, { ...choices, loops: false, bias });
    expectInteger(where, 'relations', relations, 1);
    expectInteger(where, 'nodeKinds', nodeKinds, 0);
    this.options = { relations, nodeKinds, layout, fuse };
    const inputs = Axis.of('inputs', inputWidth);
    const types = Axis.of('relations', relations).pin('the data have them');
    const drawn = (name: string) => (shape: number[]) => initialize(xavierUniform(), shape, random.child(name));
    const make = (name: string, axes: Axis[]): Parameter => this.addParameter(name, Parameter.over(axes, drawn(name)));
    this.weight = make('weight', [types, inputs, this.flat]);
    this.attend = {
      source: make('attendSource', [types, this.flat]),
      target: make('attendTarget', [types, this.flat])
    };
    this.own = nodeKinds === 0 ? null : make('own', [Axis.of('nodeKinds', nodeKinds).pin('the data have them'), inputs, this.outputs]); // prettier-ignore
    this.rowsOf = perGraph((graph) => {
      const rows = (end: 'source' | 'target'): RelationRows => relationRows(where, graph, { relations, layout, end });
      return { source: rows('source'), target: rows('target') };
    });
    this.kindsOf = perGraph((graph) => kindPlan(where, graph, nodeKinds));
  }

  /** Operations on a node of one row at either end: products of sources and of targets, and its own. */
  override ownFlops(): number {
    const [inputs, flat, heads] = [this.weight.axes[1].size, this.flat.size, this.heads.size];
    const scores = this.options.fuse ? 4 * inputs * heads : 2 * inputs * flat + 4 * flat;
    return 2 * inputs * flat + scores + (this.own === null ? 0 : 2 * inputs * this.outputs.size);
  }

  protected override message({ nodes, graph }: EdgeEnds, ctx: Context): Messages {
    const rows = this.rowsOf(graph);
    if (graph.numEdges === 0) {
      const [first] = tf.unstack(this.weight.read());
      return { sources: tf.matMul(nodes, first as tf.Tensor2D) };
    }
    const { messages, scores } = this.source(nodes, graph, rows.source);
    const at = (of: tf.Tensor2D, { ofEdge }: RelationRows): tf.Tensor => embed(of, tf.tensor1d(ofEdge, 'int32'));
    const sum = at(scores, rows.source).add(at(this.target(nodes, graph, rows.target), rows.target));
    return { sources: messages, weights: this.share(tf.leakyRelu(sum, SLOPE) as tf.Tensor2D, graph, ctx) };
  }

  protected override aggregate(messages: Messages, graph: Graph): tf.Tensor2D {
    const { sources, weights } = messages as Exclude<Messages, tf.Tensor2D>;
    return neighbourSum(sources, graph.numEdges === 0 ? graph : this.rowsOf(graph).source.adjacency, weights);
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const y = this.combined(aggregated);
    if (this.own === null) {
      return y;
    }
    const plan = this.kindsOf(graphOfPass(this, ctx));
    return y.add(byKind(nodes, this.own.read() as tf.Tensor3D, null, plan));
  }

  /** Messages of rows, [U, H W], and what sources add to scores, [U, H]. */
  private source(nodes: tf.Tensor2D, graph: Graph, rows: RelationRows): { messages: tf.Tensor2D; scores: tf.Tensor2D } {
    const x = this.rowsAt(nodes, graph, rows, 'source');
    const weight = this.weight.read() as tf.Tensor3D;
    if (!this.options.fuse) {
      const messages = groupedMatMul(x, weight, rows.plan);
      return { messages, scores: this.scored(messages, rows, 'source') };
    }
    const both = groupedMatMul(x, tf.concat([weight, this.reduced('source')], 2), rows.plan);
    const [messages, scores] = tf.split<tf.Tensor2D>(both, [this.flat.size, this.heads.size], 1);
    return { messages, scores };
  }

  /** Scores of targets, [U, H], which are added to those of sources. */
  private target(nodes: tf.Tensor2D, graph: Graph, rows: RelationRows): tf.Tensor2D {
    const x = this.rowsAt(nodes, graph, rows, 'target');
    if (this.options.fuse) {
      return groupedMatMul(x, this.reduced('target'), rows.plan);
    }
    return this.scored(groupedMatMul(x, this.weight.read() as tf.Tensor3D, rows.plan), rows, 'target');
  }

  private rowsAt(nodes: tf.Tensor2D, graph: Graph, { plan }: RelationRows, end: 'source' | 'target'): tf.Tensor2D {
    return dispatch(this.options.layout === 'compact' ? nodes : edgeGather(nodes, graph, end), plan);
  }

  /** `W_r a_r` of each head, [R, F, H]. */
  private reduced(end: 'source' | 'target'): tf.Tensor3D {
    const { relations } = this.options;
    const [H, W] = [this.heads.size, this.headWidth.size];
    const weight = this.weight.read();
    return weight.reshape([relations, weight.shape[1]!, H, W]).mul(this.attend[end].read().reshape([relations, 1, H, W])).sum(3); // prettier-ignore
  }

  /** `a_r . z` of rows, [U, H W] to [U, H]. */
  private scored(rows: tf.Tensor2D, { relations }: RelationRows, end: 'source' | 'target'): tf.Tensor2D {
    const attend = embed(this.attend[end].read() as tf.Tensor2D, tf.tensor1d(relations, 'int32'));
    return this.inHeads(rows.mul(attend)).sum(2);
  }
}

/** The layer of a graph network: {@link RelationalAttention}. */
export function relationalAttention(options: RelationalAttentionSpecOptions): GraphLayerSpec {
  return { kind: 'relational-attention', options: { ...options }, build: (shape) => new RelationalAttention({ ...options, ...shape }) }; // prettier-ignore
}

layerSpecs.register('relational-attention', relationalAttention);
