import type { tf } from '../../base/backend';
import { Axis, fail, Module } from '../../base/core';
import type { Context, Random } from '../../base/core';
import { embed } from '../../base/ops';
import { Linear } from '../layers';
import { aggregate } from './aggregate';

/** Features of a graph's nodes [N, C] and edges [M, C]. */
export interface GraphFeatures {
  nodes: tf.Tensor2D;
  edges: tf.Tensor2D;
}

/** Edges of a graph by the nodes they leave and enter, [M] both, and how many nodes there are. */
export interface GraphShape {
  from: tf.Tensor1D;
  to: tf.Tensor1D;
  count: number;
}

/**
 * Graph network block (arXiv 1806.01261), message passing with features on edges: an edge changes by itself and its two nodes, then a node by itself and the means of the edges that enter and leave it. Both
 * changes are added. Nodes in another order give the same in that order.
 */
export class GraphNetworkBlock extends Module {
  readonly kind = 'graph-network-block';
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

  /** Features after the block. */
  pass({ nodes, edges }: GraphFeatures, { from, to, count }: GraphShape, ctx: Context): GraphFeatures {
    const through = (name: keyof GraphNetworkBlock['maps'], x: tf.Tensor): tf.Tensor2D =>
      this.maps[name].apply(x, ctx.within(name)) as tf.Tensor2D;
    const ends = embed(through('source', nodes), from).add(embed(through('target', nodes), to));
    const changed = edges.add<tf.Tensor2D>(through('edge', edges).add(ends).relu());
    const mean = (ends: tf.Tensor1D): tf.Tensor2D => aggregate('mean', changed, ends, count);
    const heard = through('node', nodes)
      .add(through('entering', mean(to)))
      .add(through('leaving', mean(from)));
    return { nodes: nodes.add<tf.Tensor2D>(heard.relu()), edges: changed };
  }
}
