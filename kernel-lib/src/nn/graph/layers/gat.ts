import { tf } from '../../../base/backend';
import { type Context, Parameter, type Random, type Size, given } from '../../../base/core';
import { edgeSum } from '../../../base/ops/graph';
import { initialize, Linear, xavierUniform } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import type { Messages } from '../messagePassing';
import { type AttentionChoices, NeighbourAttention } from './neighbourAttention';

/** Options of `graph.gat` and `graph.gatv2`. */
export interface GatSpecOptions extends AttentionChoices {
  /** Whether nodes hear themselves: a loop at each node that has none. Default true. */
  loops?: boolean;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
}

/** Options of `graph.GAT` and `graph.GATv2`. */
export interface GatOptions extends GatSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/** Slope of scores below 0, as in the paper. */
export const SLOPE = 0.2;

/**
 * Graph attention (GAT, arXiv 1710.10903): of each head, shares of the edges that enter a node are a softmax of `leakyReLU(a . x_source W + b . x_target W)`, and what the sources hold, `x W`, is added up by
 * them; nodes [N, F] to [N, P]. The graph's weights are not read.
 */
export class GAT extends NeighbourAttention {
  readonly kind = 'gat';
  private readonly map: Linear;
  private readonly attend: Record<'source' | 'target', Parameter>;

  constructor(options: GatOptions) {
    const { inputWidth, random, loops = true, bias = true, ...choices } = given('graph.GAT', options);
    super('graph.GAT', { ...choices, loops, bias });
    const map = { inputWidth, outputWidth: this.flat, bias: false, initializer: xavierUniform(), random: random.child('map') }; // prettier-ignore
    this.map = this.addChild('map', new Linear(map));
    const make = (name: string): Parameter =>
      this.addParameter(name, Parameter.over([this.heads, this.headWidth], (shape) => initialize(xavierUniform(), shape, random.child(name)))); // prettier-ignore
    this.attend = { source: make('attendSource'), target: make('attendTarget') };
  }

  override ownFlops(): number {
    return 4 * this.flat.size;
  }

  protected override message({ nodes, graph }: EdgeEnds, ctx: Context): Messages {
    const sources = this.map.apply(nodes, ctx.within('map')) as tf.Tensor2D;
    const score = (end: Parameter): tf.Tensor2D => this.inHeads(sources).mul(end.read()).sum(2);
    const scores = edgeSum(score(this.attend.source), score(this.attend.target), graph);
    return { sources, weights: this.share(tf.leakyRelu(scores, SLOPE), graph, ctx) };
  }
}

/** The layer of a graph network: {@link GAT}. */
export function gat(options: GatSpecOptions = {}): GraphLayerSpec {
  return { kind: 'gat', options: { ...options }, build: (shape) => new GAT({ ...options, ...shape }) };
}

layerSpecs.register('gat', gat);
