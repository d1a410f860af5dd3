import { tf } from '../../../base/backend';
import { Axis, type Context, Parameter, type Random, type Size, type SpecData, given } from '../../../base/core';
import { type Graph, loopedOf, symmetricOf } from '../../../base/graph';
import { initializers, Linear, xavierUniform } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { MessagePassing, type Messages } from '../messagePassing';

/** Options of `graph.gcn`. */
export interface GcnSpecOptions {
  /** Whether nodes hear themselves: a loop of weight 1 at each node that has none. Default true. */
  loops?: boolean;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
  /** Of the weight. Default `layers.xavierUniform()`. */
  initializer?: SpecData;
}

/** Options of `graph.GCN`. */
export interface GcnOptions extends GcnSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Graph convolution (GCN, arXiv 1609.02907), `D^-1/2 (A + I) D^-1/2 x W + b`: nodes [N, F] to [N, P]. Edges count by the graph's weights; D is the weighted in-degree, loops included; loops that a graph has keep
 * their weights, and `1 / sqrt(d)` is 0 where d is 0 or less.
 */
export class GCN extends MessagePassing implements GraphLayer {
  readonly kind = 'gcn';
  readonly outputs: Axis;
  private readonly map: Linear;
  private readonly bias: Parameter | null;
  private readonly loops: boolean;

  constructor(options: GcnOptions) {
    const {
      inputWidth,
      outputWidth,
      loops = true,
      bias = true,
      initializer = xavierUniform(),
      random
    } = given('graph.GCN', options);
    super('sum');
    this.loops = loops;
    this.outputs = Axis.of('outputs', outputWidth);
    const map = { inputWidth, outputWidth: this.outputs, bias: false, initializer: initializers.of(initializer), random: random.child('map') }; // prettier-ignore
    this.map = this.addChild('map', new Linear(map));
    this.bias = bias ? this.addParameter('bias', Parameter.over([this.outputs], tf.zeros, { decay: false })) : null;
  }

  protected override over(graph: Graph): Graph {
    return this.loops ? loopedOf(graph) : graph;
  }

  // The map and the sum may change places: messages are of the lesser width.
  protected override message({ nodes, graph }: EdgeEnds, ctx: Context): Messages {
    const sources = this.narrows(nodes) ? this.mapped(nodes, ctx) : nodes;
    return { sources, weights: symmetricOf(graph) };
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const y = this.narrows(nodes) ? aggregated : this.mapped(aggregated, ctx);
    return this.bias === null ? y : y.add(this.bias.read());
  }

  private narrows(nodes: tf.Tensor2D): boolean {
    return this.outputs.size <= nodes.shape[1];
  }

  private mapped(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    return this.map.apply(x, ctx.within('map')) as tf.Tensor2D;
  }
}

/** The layer of a graph network: {@link GCN}. */
export function gcn(options: GcnSpecOptions = {}): GraphLayerSpec {
  return { kind: 'gcn', options: { ...options }, build: (shape) => new GCN({ ...options, ...shape }) };
}

layerSpecs.register('gcn', gcn);
