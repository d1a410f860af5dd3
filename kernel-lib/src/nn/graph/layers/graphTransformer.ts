import { tf } from '../../../base/backend';
import { Axis, type Context, type Random, type Size, given } from '../../../base/core';
import { incidence } from '../../../base/graph';
import { edgeDot } from '../../../base/ops/graph';
import { Linear } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { edgeAxis, edgeFeaturesOfPass, type Messages } from '../messagePassing';
import { type AttentionChoices, NeighbourAttention } from './neighbourAttention';

/** Options of `graph.graphTransformer`. */
export interface GraphTransformerSpecOptions extends AttentionChoices {
  /** Width of the edges' features, R, which are added to keys and values. Default: none are read. */
  edgeWidth?: number;
  /** Whether what a node held and what it heard are weighed by a gate of both, instead of added. Default false. */
  gated?: boolean;
  /** Adds biases, initially 0. Default true. */
  bias?: boolean;
}

/** Options of `graph.GraphTransformer`. */
export interface GraphTransformerOptions extends GraphTransformerSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/**
 * Graph transformer (UniMP, arXiv 2009.03509): attention of each node's query to the keys of the nodes that lead to it, with `q . k / sqrt(W)` as scores, and a skip, `x W + sum of shares times values`; nodes [N, F] to
 * [N, P]. The graph's weights are not read.
 */
export class GraphTransformer extends NeighbourAttention {
  readonly kind = 'graph-transformer';
  private readonly maps: Record<'query' | 'key' | 'value' | 'skip', Linear>;
  private readonly edge: Linear | null;
  private readonly gate: Linear | null;

  constructor(options: GraphTransformerOptions) {
    const {
      inputWidth,
      random,
      edgeWidth,
      gated = false,
      bias = true,
      ...choices
    } = given('graph.GraphTransformer', options);
    super('graph.GraphTransformer', { ...choices, loops: false, bias: false });
    const inputs = Axis.of('inputs', inputWidth);
    const linear = (name: string, outputWidth: Size): Linear =>
      this.addChild(name, new Linear({ inputWidth: inputs, outputWidth, bias, random: random.child(name) }));
    this.maps = {
      ...{ query: linear('query', this.flat), key: linear('key', this.flat), value: linear('value', this.flat) },
      skip: linear('skip', this.outputs)
    };
    this.edge =
      edgeWidth === undefined
        ? null
        : this.addChild('edge', new Linear({ inputWidth: edgeAxis(edgeWidth), outputWidth: this.flat, bias: false, random: random.child('edge') })); // prettier-ignore
    const three = Axis.sum('skip, heard, difference', this.outputs, this.outputs, this.outputs);
    this.gate = gated ? this.addChild('gate', new Linear({ inputWidth: three, outputWidth: Axis.fixed('score', 1), bias: false, random: random.child('gate') })) : null; // prettier-ignore
  }

  protected override message({ nodes, graph }: EdgeEnds, ctx: Context): Messages {
    const through = (name: 'query' | 'key' | 'value'): tf.Tensor2D =>
      this.maps[name].apply(nodes, ctx.within(name)) as tf.Tensor2D;
    const { size } = this.heads;
    const query = through('query').div<tf.Tensor2D>(Math.sqrt(this.headWidth.size));
    const scores = edgeDot(through('key'), query, graph, { heads: size });
    if (this.edge === null) {
      return { sources: through('value'), weights: this.share(scores, graph, ctx) };
    }
    const edges = this.edge.apply(edgeFeaturesOfPass(this, ctx), ctx.within('edge')) as tf.Tensor2D;
    const more = edgeDot(edges, query, incidence(graph, 'target'), { heads: size });
    return { sources: through('value'), weights: this.share(scores.add(more), graph, ctx), edges };
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const heard = this.combined(aggregated);
    const own = this.maps.skip.apply(nodes, ctx.within('skip'));
    if (this.gate === null) {
      return heard.add(own);
    }
    const gate = tf.sigmoid(this.gate.apply(tf.concat([heard, own, heard.sub(own)], 1), ctx.within('gate')));
    return own.mul(gate).add(heard.mul(tf.sub(1, gate)));
  }
}

/** The layer of a graph network: {@link GraphTransformer}. */
export function graphTransformer(options: GraphTransformerSpecOptions = {}): GraphLayerSpec {
  return {
    kind: 'graph-transformer',
    options: { ...options },
    build: (shape) => new GraphTransformer({ ...options, ...shape })
  };
}

layerSpecs.register('graph-transformer', graphTransformer);
