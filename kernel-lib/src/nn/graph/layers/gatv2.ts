import { tf } from '../../../base/backend';
import { Axis, type Context, Parameter, given } from '../../../base/core';
import { edgeSum } from '../../../base/ops/graph';
import { initialize, Linear, xavierUniform } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import type { Messages } from '../messagePassing';
import { type GatOptions, type GatSpecOptions, SLOPE } from './gat';
import { NeighbourAttention } from './neighbourAttention';

/**
 * Graph attention whose ranking of neighbours depends on the node (GATv2, arXiv 2105.14491): scores are `a . leakyReLU(x_source W + x_target V)`, what the sources hold is `x W`; nodes [N, F] to [N, P]. The
 * scores need a row for each edge, [M, P]. The graph's weights are not read.
 */
export class GATv2 extends NeighbourAttention {
  readonly kind = 'gatv2';
  private readonly maps: Record<'source' | 'target', Linear>;
  private readonly attend: Parameter;

  constructor(options: GatOptions) {
    const { inputWidth, random, loops = true, bias = true, ...choices } = given('graph.GATv2', options);
    super('graph.GATv2', { ...choices, loops, bias });
    const inputs = Axis.of('inputs', inputWidth);
    const linear = (name: string): Linear =>
      this.addChild(name, new Linear({ inputWidth: inputs, outputWidth: this.flat, bias, initializer: xavierUniform(), random: random.child(name) })); // prettier-ignore
    this.maps = { source: linear('source'), target: linear('target') };
    const make = (shape: number[]): tf.Tensor => initialize(xavierUniform(), shape, random.child('attend'));
    this.attend = this.addParameter('attend', Parameter.over([this.heads, this.headWidth], make));
  }

  override ownFlops(): number {
    return 0;
  }

  protected override message({ nodes, graph }: EdgeEnds, ctx: Context): Messages {
    const through = (name: 'source' | 'target'): tf.Tensor2D =>
      this.maps[name].apply(nodes, ctx.within(name)) as tf.Tensor2D;
    const sources = through('source');
    const both = tf.leakyRelu(edgeSum(sources, through('target'), graph), SLOPE);
    const scores = this.inHeads(both).mul(this.attend.read()).sum<tf.Tensor2D>(2);
    return { sources, weights: this.share(scores, graph, ctx) };
  }
}

/** The layer of a graph network: {@link GATv2}. */
export function gatv2(options: GatSpecOptions = {}): GraphLayerSpec {
  return { kind: 'gatv2', options: { ...options }, build: (shape) => new GATv2({ ...options, ...shape }) };
}

layerSpecs.register('gatv2', gatv2);
