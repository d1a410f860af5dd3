import type { tf } from '../../../base/backend';
import { Axis, fail, Module } from '../../../base/core';
import type { Context, Random } from '../../../base/core';
import { embed, segmentSum } from '../../../base/ops';
import { Linear } from '../../../nn/layers';

/** Features of a graph's nodes [N, C] and edges [M, C]. */
export interface GraphFeatures {
  nodes: tf.Tensor2D;
  edges: tf.Tensor2D;
}

/** Edges of a graph, and how many end and begin at each node, at least 1; [M] and [N, 1]. */
export interface GraphShape {
  from: tf.Tensor1D;
  to: tf.Tensor1D;
  count: number;
  entering: tf.Tensor2D;
  leaving: tf.Tensor2D;
}

/**
 * Message passing with features on edges (arXiv 1806.01261): an edge changes by itself and its two nodes, then a node by itself and the means of the edges that enter and leave it. Both
 * changes are added. Nodes in another order give the same in that order.
 */
export class MessagePassing extends Module {
  readonly kind = 'message-passing';
  private readonly maps: Record<'edge' | 'source' | 'target' | 'node' | 'entering' | 'leaving', Linear>;

  constructor({ width, random }: { width: number; random: Random }) {
    super();
    const axis = Axis.of('features', width);
    const linear = (name: string, bias: boolean): Linear =>
      this.addChild(name, new Linear({ inputWidth: axis, outputWidth: axis, bias, random: random.child(name) }));
    this.maps = {
      ...{ edge: linear('edge', true), source: linear('source', false), target: linear('target', false) },
      ...{ node: linear('node', true), entering: linear('entering', false), leaving: linear('leaving', false) }
    };
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'messages are passed over a graph', 'a tensor');
  }

  pass(
    { nodes, edges }: GraphFeatures,
    { from, to, count, entering, leaving }: GraphShape,
    ctx: Context
  ): GraphFeatures {
    const through = (name: keyof MessagePassing['maps'], x: tf.Tensor): tf.Tensor2D =>
      this.maps[name].apply(x, ctx.within(name)) as tf.Tensor2D;
    const ends = embed(through('source', nodes), from).add(embed(through('target', nodes), to));
    const changed = edges.add<tf.Tensor2D>(through('edge', edges).add(ends).relu());
    const into = segmentSum(changed, to, count).div(entering);
    const out = segmentSum(changed, from, count).div(leaving);
    const heard = through('node', nodes).add(through('entering', into)).add(through('leaving', out));
    return { nodes: nodes.add<tf.Tensor2D>(heard.relu()), edges: changed };
  }
}
