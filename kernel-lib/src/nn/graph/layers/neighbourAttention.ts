import { tf } from '../../../base/backend';
import { Axis, type Context, expectInteger, fail, Parameter } from '../../../base/core';
import { type Graph, loopedOf } from '../../../base/graph';
import { edgeSoftmax } from '../../../base/ops/graph';
import { Dropout } from '../../layers';
import type { GraphLayer } from '../layerSpecs';
import { MessagePassing } from '../messagePassing';
import { publishNeighbours } from '../publishNeighbours';

/** Options that layers of attention on edges have in common. */
export interface AttentionChoices {
  /** Heads, H. Default 1. */
  heads?: number;
  /** Rule that joins the heads: they stand side by side ("concat"), or their mean does. Default "concat". */
  combine?: 'concat' | 'mean';
  /** Probability, while training, that a share of attention becomes 0. Default 0. */
  dropout?: number;
}

/**
 * Base of layers whose nodes choose among the edges that enter them: shares of each head are a softmax over these, and what the sources hold is added up by them. Observers of "routing" are told which neighbours each
 * node hears, as tokens are told of their experts: the mean of the heads' shares.
 */
export abstract class NeighbourAttention extends MessagePassing implements GraphLayer {
  readonly outputs: Axis;
  protected readonly heads: Axis;
  protected readonly headWidth: Axis;
  /** Heads times their width. */
  protected readonly flat: Axis;
  protected readonly combine: 'concat' | 'mean';
  private readonly loops: boolean;
  private readonly dropout: Dropout;
  private readonly offset: Parameter | null;

  constructor(where: string, options: AttentionChoices & { outputWidth: number; loops: boolean; bias: boolean }) {
    super('sum');
    const { heads = 1, combine = 'concat', dropout = 0, outputWidth, loops, bias } = options;
    expectInteger(where, 'heads', heads, 1);
    expectInteger(where, 'outputWidth', outputWidth, 1);
    if (combine === 'concat' && outputWidth % heads !== 0) {
      fail(where, `heads must divide the output's width (${outputWidth})`, heads);
    }
    this.combine = combine;
    this.loops = loops;
    this.heads = Axis.fixed('heads', heads);
    this.headWidth = Axis.of('headWidth', combine === 'concat' ? outputWidth / heads : outputWidth);
    this.flat = Axis.product('heads x headWidth', this.heads, this.headWidth);
    this.outputs = combine === 'concat' ? this.flat : this.headWidth;
    this.dropout = this.addChild('dropout', new Dropout({ rate: dropout }));
    this.offset = bias ? this.addParameter('bias', Parameter.over([this.outputs], tf.zeros, { decay: false })) : null;
  }

  protected override takesGates(): boolean {
    return false;
  }

  protected override over(graph: Graph): Graph {
    return this.loops ? loopedOf(graph) : graph;
  }

  /** Shares of the edges, [M, H], from their scores. */
  protected share(scores: tf.Tensor2D, graph: Graph, ctx: Context): tf.Tensor2D {
    const shares = edgeSoftmax(scores, graph);
    publishNeighbours(this.kind, shares, graph, ctx);
    return this.dropout.apply(shares, ctx.within('dropout')) as tf.Tensor2D;
  }

  /** Heads side by side, or their mean, with the bias: [N, H W] to [N, P]. */
  protected combined(mixed: tf.Tensor2D): tf.Tensor2D {
    const y = this.combine === 'concat' ? mixed : this.inHeads(mixed).mean<tf.Tensor2D>(1);
    return this.offset === null ? y : y.add(this.offset.read());
  }

  /** [R, H W] to [R, H, W]. */
  protected inHeads(x: tf.Tensor): tf.Tensor3D {
    return x.reshape([x.shape[0]!, this.heads.size, this.headWidth.size]);
  }

  protected override update(_nodes: tf.Tensor2D, aggregated: tf.Tensor2D, _ctx: Context): tf.Tensor {
    return this.combined(aggregated);
  }
}
