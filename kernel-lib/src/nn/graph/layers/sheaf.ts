import { tf } from '../../../base/backend';
import { Axis, type Context, expectInteger, expectOneOf, fail, Module, Parameter, type Random, type Size, given } from '../../../base/core'; // prettier-ignore
import { edgeSum } from '../../../base/ops/graph';
import { activate, type Activation, ACTIVATIONS, initialize, Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { type RestrictionMaps, sheafLaplacian } from '../operators/sheafLaplacian';

/** Shape of the restriction maps of {@link Sheaf}. */
export type SheafMaps = 'diagonal' | 'general';

/** Options of `graph.sheaf`. */
export interface SheafSpecOptions {
  /** Width of what stands at each node and edge, d, which divides the output's width. Default 2. */
  stalkWidth?: number;
  /** Shape of the restriction maps. Default "diagonal". */
  maps?: SheafMaps;
  /** Nonlinearity of a step. Default "silu". */
  activation?: Activation;
}

/** Options of `graph.Sheaf`. */
export interface SheafOptions extends SheafSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/**
 * Sheaf diffusion (neural sheaf diffusion, arXiv 2202.04579; of recommenders arXiv 2304.09097): h = x W + b in d blocks of C channels, then one step `h - f(L (W1 x I) h W2)`, with L the normalised {@link sheafLaplacian} of
 * maps that are learnt of the two ends, `tanh(h_own A + h_other B + c)`; nodes [N, F] to [N, d C]. The two ways of an undirected edge have the same maps. Edges count by the graph's weights.
 */
export class Sheaf extends Module implements GraphLayer {
  readonly kind = 'sheaf';
  readonly outputs: Axis;
  private readonly stalk: Axis;
  private readonly channels: Axis;
  private readonly activation: Activation;
  private readonly linear: Record<'map' | 'own' | 'other' | 'mixChannels', Linear>;
  private readonly mixStalk: Parameter;

  constructor(options: SheafOptions) {
    const {
      inputWidth,
      outputWidth,
      stalkWidth = 2,
      maps = 'diagonal',
      activation = 'silu',
      random
    } = given('graph.Sheaf', options);
    super();
    expectInteger('graph.Sheaf', 'stalkWidth', stalkWidth, 1);
    expectOneOf('graph.Sheaf', 'maps', maps, ['diagonal', 'general']);
    expectOneOf('graph.Sheaf', 'activation', activation, ACTIVATIONS);
    if (outputWidth % stalkWidth !== 0) {
      fail('graph.Sheaf', `stalkWidth must divide the output's width (${outputWidth})`, stalkWidth);
    }
    this.activation = activation;
    this.stalk = Axis.fixed('stalk', stalkWidth);
    this.channels = Axis.of('channels', outputWidth / stalkWidth);
    this.outputs = Axis.product('stalk x channels', this.stalk, this.channels);
    const values = Axis.fixed('maps', maps === 'diagonal' ? stalkWidth : stalkWidth ** 2);
    const add = (name: string, inputWidth: Size, outputWidth: Size, bias: boolean): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias, initializer: xavierUniform(), random: random.child(name) })); // prettier-ignore
    this.linear = {
      map: add('map', inputWidth, this.outputs, true),
      own: add('own', this.outputs, values, true),
      other: add('other', this.outputs, values, false),
      mixChannels: add('mixChannels', this.channels, this.channels, false)
    };
    const make = (shape: number[]): tf.Tensor => initialize(xavierUniform(), shape, random.child('mixStalk'));
    this.mixStalk = this.addParameter('mixStalk', Parameter.over([this.stalk, this.stalk], make));
  }

  override ownFlops(): number {
    return 2 * this.stalk.size ** 2 * this.channels.size;
  }

  // The map of channels runs once for each dimension of the stalk.
  override childShare(name: string): number {
    return name === 'mixChannels' ? this.stalk.size : 1;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const nodes = this.linear.map.apply(x, ctx.within('map')) as tf.Tensor2D;
      const [n, d, c] = [nodes.shape[0], this.stalk.size, this.channels.size];
      const blocks = this.linear.mixChannels.apply(nodes.reshape([n * d, c]), ctx.within('mixChannels'));
      const mixed = tf.matMul(this.mixStalk.read().expandDims(0).tile([n, 1, 1]), blocks.reshape([n, d, c]));
      const moved = sheafLaplacian(mixed.reshape([n, d * c]), graph, this.maps(nodes, ctx), { stalkWidth: d, normalized: true }); // prettier-ignore
      return nodes.sub(activate(this.activation, moved, ctx));
    });
  }

  /** Restriction maps of each edge, of what its ends hold after the map, [N, d C]. */
  private maps(nodes: tf.Tensor2D, ctx: Context): RestrictionMaps {
    const graph = graphOfPass(this, ctx);
    const own = this.linear.own.apply(nodes, ctx.within('own')) as tf.Tensor2D;
    const other = this.linear.other.apply(nodes, ctx.within('other')) as tf.Tensor2D;
    return { source: edgeSum(own, other, graph).tanh(), target: edgeSum(other, own, graph).tanh() };
  }
}

/** The layer of a graph network: {@link Sheaf}. */
export function sheaf(options: SheafSpecOptions = {}): GraphLayerSpec {
  return { kind: 'sheaf', options: { ...options }, build: (shape) => new Sheaf({ ...options, ...shape }) };
}

layerSpecs.register('sheaf', sheaf);
