import { tf } from '../../../base/backend';
import { Axis, type Context, Module, Parameter, type Random, type Size, given } from '../../../base/core';
import { loopedOf, symmetricOf } from '../../../base/graph';
import { neighbourSum } from '../../../base/ops/graph';
import { initialize, Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { mixedRows } from '../mixedRows';
import { publishShares } from '../publishShares';

/** Options of `graph.AdaptiveChannels`. */
export interface AdaptiveChannelsOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/** Channels of {@link AdaptiveChannels}, in the order of their weights. */
export const CHANNELS = ['low-pass', 'high-pass', 'identity'] as const;

/**
 * Adaptive channel mixing (ACM-GNN, arXiv 2210.07606): of each node a low-pass channel `relu(A x W)`, a high-pass one `relu((I - A) x V)` and itself `relu(x U)`, with A as in {@link GCN}, mixed by weights of its own:
 * a softmax of the three sigmoid scores of the channels, mixed with each other, at temperature 3. Nodes [N, F] to [N, P]. Observers of "routing" are told the weights: the channels are the experts.
 */
export class AdaptiveChannels extends Module implements GraphLayer {
  readonly kind = 'adaptive-channels';
  readonly outputs: Axis;
  private readonly maps: readonly Linear[];
  private readonly scores: readonly Linear[];
  private readonly mix: Parameter;

  constructor(options: AdaptiveChannelsOptions) {
    const { inputWidth, outputWidth, random } = given('graph.AdaptiveChannels', options);
    super();
    const inputs = Axis.of('inputs', inputWidth);
    this.outputs = Axis.of('outputs', outputWidth);
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: false, random: random.child(name) }));
    this.maps = CHANNELS.map((name) => linear(name, inputs, this.outputs));
    this.scores = CHANNELS.map((name) => linear(`${name} score`, this.outputs, Axis.fixed('score', 1)));
    const make = (shape: number[]): tf.Tensor => initialize(xavierUniform(), shape, random.child('mix'));
    const channels = (): Axis => Axis.fixed('choices', CHANNELS.length);
    this.mix = this.addParameter('mix', Parameter.over([channels(), channels()], make));
  }

  override ownFlops(): number {
    return 2 * CHANNELS.length ** 2;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = loopedOf(graphOfPass(this, ctx));
    return tf.tidy(() => {
      const [low, high, own] = CHANNELS.map((name, i) => this.maps[i].apply(x, ctx.within(name)) as tf.Tensor2D);
      const heard = (y: tf.Tensor2D): tf.Tensor2D => neighbourSum(y, graph, symmetricOf(graph));
      const channels = [heard(low), high.sub<tf.Tensor2D>(heard(high)), own].map((each) => tf.relu<tf.Tensor2D>(each));
      return mixedRows(channels, this.sharesOf(channels, ctx));
    });
  }

  /** Weights of the channels, [N, 3]; those of a node sum to 1. */
  private sharesOf(channels: readonly tf.Tensor2D[], ctx: Context): tf.Tensor2D {
    const score = (i: number): tf.Tensor => this.scores[i].apply(channels[i], ctx.within(`${CHANNELS[i]} score`));
    const scores = tf.concat(channels.map((_, i) => tf.sigmoid(score(i))), 1) as tf.Tensor2D; // prettier-ignore
    const shares = tf.softmax(tf.matMul(scores, this.mix.read() as tf.Tensor2D).div<tf.Tensor2D>(CHANNELS.length));
    publishShares(this.kind, shares, CHANNELS, ctx);
    return shares;
  }
}

/** The layer of a graph network: {@link AdaptiveChannels}. */
export function adaptiveChannels(): GraphLayerSpec {
  return { kind: 'adaptive-channels', options: {}, build: (shape) => new AdaptiveChannels(shape) };
}

layerSpecs.register('adaptive-channels', adaptiveChannels);
