import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectOneOf,
  expectShape,
  given,
  Module,
  type Random
} from '../../base/core';
import { type Graph, perGraph } from '../../base/graph';
import { patches } from '../../base/topology';
import { FeedForward, LayerNorm, Linear, SelfAttention } from '../layers';
import { graphOfPass } from './messagePassing';
import { enterGraph } from './onGraph';
import { readout } from './readout';

/** Options of `graph.PatchMixer`. */
export interface PatchMixerOptions {
  /** Network of a patch's nodes, [N, F] to [N, W], of any layers. */
  network: Module;
  /** W. */
  width: number;
  /** Values of a graph that come out, P. */
  outputWidth: number;
  /** Patches of a graph. */
  patches: number;
  /** Steps by which each reaches into its neighbours. Default 1. */
  overlap?: number;
  /** Mixer of patches: maps over them ("mlp", MLP-Mixer) or attention ("attention", ViT). Default "mlp". */
  mixer?: 'mlp' | 'attention';
  /** Blocks of mixing. Default 1. */
  blocks?: number;
  random: Random;
}

class MixerBlock extends Module {
  readonly kind = 'mixer-block';
  private readonly norms: Record<'tokenNorm' | 'valueNorm', LayerNorm>;
  private readonly tokens: Module;
  private readonly values: FeedForward;

  constructor(
    width: Axis,
    private readonly count: Axis,
    private readonly mixer: 'mlp' | 'attention',
    random: Random
  ) {
    super();
    const norm = (name: string): LayerNorm => this.addChild(name, new LayerNorm({ width }));
    this.norms = { tokenNorm: norm('tokenNorm'), valueNorm: norm('valueNorm') };
    const stream = random.child('tokens');
    this.tokens = this.addChild('tokens', mixer === 'mlp' ? new FeedForward({ width: count, hidden: Axis.of('hidden', 2 * count.size), random: stream }) : new SelfAttention({ width, heads: 1, random: stream })); // prettier-ignore
    this.values = this.addChild('values', new FeedForward({ width, hidden: Axis.of('hidden', 2 * width.size), random: random.child('values') })); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || this.kind, x, ['B', this.count.size, 'W']);
    return tf.tidy(() => {
      const normed = this.norms.tokenNorm.apply(x, ctx.within('tokenNorm'));
      const turn = (y: tf.Tensor): tf.Tensor => (this.mixer === 'mlp' ? y.transpose([0, 2, 1]) : y);
      const between = x.add(turn(this.tokens.apply(turn(normed), ctx.within('tokens'))));
      return between.add(this.values.apply(this.norms.valueNorm.apply(between, ctx.within('valueNorm')), ctx.within('values'))); // prettier-ignore
    });
  }
}

/**
 * ViT or MLP-Mixer on graphs (arXiv 2212.13350): a graph is cut into overlapping patches (`graph.patches`), a network of messages makes each a token, the mean of its nodes, and blocks mix the tokens of a graph; the mean of them and a linear map
 * give the graph, nodes [N, F] to [graphs, P]. Whatever the distance, two nodes are one block of mixing apart. The cost is that of messages in the patches, linear in nodes and edges. Where patches are is no part of it but by what nodes hold; with "mlp"
 * their order, that of the partition, counts.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class PatchMixer extends Module {
  readonly kind = 'patch-mixer';
  private readonly network: Module;
  private readonly sizes: { patches: number; width: number };
  private readonly blocks: readonly MixerBlock[];
  private readonly norm: LayerNorm;
  private readonly out: Linear;
  private readonly cut: (graph: Graph) => ReturnType<typeof patches>;

  constructor(options: PatchMixerOptions) {
    const where = 'graph.PatchMixer';
    const { network, width, outputWidth, patches: parts, overlap = 1, mixer = 'mlp', blocks = 1, random } = given(where, options); // prettier-ignore
    super();
    Object.entries({ width, outputWidth, patches: parts, blocks }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    expectInteger(where, 'overlap', overlap, 0);
    expectOneOf(where, 'mixer', mixer, ['mlp', 'attention']);
    this.sizes = { patches: parts, width };
    this.cut = perGraph((graph: Graph) => patches(graph, { parts, overlap }));
    this.network = this.addChild('network', network);
    const axis = Axis.of('width', width).pin('the network gives it');
    const count = Axis.of('patches', parts).pin('graphs have them');
    this.blocks = Array.from({ length: blocks }, (_, i) => this.addChild(`${i}`, new MixerBlock(axis, count, mixer, random.child(i)))); // prettier-ignore
    this.norm = this.addChild('norm', new LayerNorm({ width: axis }));
    this.out = this.addChild('out', new Linear({ inputWidth: axis, outputWidth: Axis.of('outputs', outputWidth).pin('the data have them'), random: random.child('out') })); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.PatchMixer', x, [graph.numNodes, 'F']);
    const cut = this.cut(graph);
    return tf.tidy(() => {
      enterGraph(cut.graph, ctx);
      const rows = this.network.apply(tf.gather(x, tf.tensor1d(cut.nodes, 'int32')), ctx.within('network'));
      enterGraph(graph, ctx);
      expectShape(`${ctx.path || 'graph.PatchMixer'}.network`, rows, [cut.nodes.length, this.sizes.width]);
      let tokens: tf.Tensor = readout(rows as tf.Tensor2D, cut.graph, 'mean').reshape([graph.numGraphs, this.sizes.patches, this.sizes.width]); // prettier-ignore
      this.blocks.forEach((block, i) => (tokens = block.apply(tokens, ctx.within(`${i}`))));
      const pooled = this.norm.apply(tokens, ctx.within('norm')).mean(1);
      return this.out.apply(pooled, ctx.within('out'));
    });
  }
}
