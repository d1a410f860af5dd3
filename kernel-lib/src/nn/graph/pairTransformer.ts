import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, fail, given, Module, Parameter, type Random } from '../../base/core'; // prettier-ignore
import { degrees, type Graph, perGraph } from '../../base/graph';
import { edgeGather, edgeScatter, edgeSoftmax, neighbourSum } from '../../base/ops/graph';
import { FeedForward, LayerNorm, Linear } from '../layers';
import { edgeFeaturesOfPass, graphOfPass } from './messagePassing';
import { publishNeighbours } from './publishNeighbours';

/** Options of `graph.PairTransformer`. */
export interface PairTransformerOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  /** Features of a pair that come in, R: those of `graph.embed.walkPairs`. */
  pairWidth: number;
  /** Width of nodes and of pairs between layers, W. */
  width: number;
  layers: number;
  /** Heads, which divide the width. Default 1. */
  heads?: number;
  /** Whether nodes are scaled by a learnt function of their degree, which attention cannot count. Default true. */
  degreeScaler?: boolean;
  random: Random;
}

/** States of nodes, [N, W], and of pairs, [M, W]. */
export interface PairStates {
  nodes: tf.Tensor2D;
  pairs: tf.Tensor2D;
}

const log1p = perGraph((graph: Graph) => degrees(graph, { weighted: true }).map((degree) => Math.log(1 + degree)));

/** Root that keeps the sign, with a slope at 0. */
const signedRoot = (x: tf.Tensor): tf.Tensor => x.div(x.abs().add(0.01).sqrt());

class PairLayer extends Module {
  readonly kind = 'pair-transformer-layer';
  private readonly maps: Record<'query' | 'key' | 'value' | 'scale' | 'bias' | 'pairValue' | 'pairOut' | 'out', Linear>;
  private readonly attend: Parameter;
  private readonly byDegree: Parameter | null;
  private readonly norms: Record<'nodeNorm' | 'pairNorm' | 'lastNorm', LayerNorm>;
  private readonly feedForward: FeedForward;

  constructor(
    private readonly heads: number,
    width: number,
    degreeScaler: boolean,
    random: Random
  ) {
    super();
    const axis = Axis.of('width', width);
    const linear = (name: string, bias = false): Linear =>
      this.addChild(name, new Linear({ inputWidth: axis, outputWidth: axis, bias, random: random.child(name) }));
    const norm = (name: string): LayerNorm => this.addChild(name, new LayerNorm({ width: axis }));
    this.maps = {
      ...{ query: linear('query'), key: linear('key'), value: linear('value'), scale: linear('scale') },
      ...{ bias: linear('bias', true), pairValue: linear('pairValue'), pairOut: linear('pairOut'), out: linear('out') }
    };
    const drawn = (shape: number[]): tf.Tensor => random.child('attend').normal(shape, 0, 1 / Math.sqrt(width / heads));
    this.attend = this.addParameter('attend', Parameter.over([axis], drawn));
    const scalers = [Axis.fixed('constant, degree', 2), axis];
    this.byDegree = degreeScaler ? this.addParameter('byDegree', Parameter.over(scalers, ([, size]) => tf.stack([tf.ones([size]), tf.zeros([size])]))) : null; // prettier-ignore
    this.norms = { nodeNorm: norm('nodeNorm'), pairNorm: norm('pairNorm'), lastNorm: norm('lastNorm') };
    this.feedForward = this.addChild('feedForward', new FeedForward({ width: axis, hidden: Axis.of('hidden', 2 * width), random: random.child('feedForward') })); // prettier-ignore
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'a layer needs nodes and pairs', 'a tensor');
  }

  pass({ nodes, pairs }: PairStates, graph: Graph, ctx: Context): PairStates {
    const through = (name: keyof PairLayer['maps'], x: tf.Tensor): tf.Tensor2D =>
      this.maps[name].apply(x, ctx.within(name)) as tf.Tensor2D;
    const ends = edgeGather(through('key', nodes), graph, 'source').add(edgeGather(through('query', nodes), graph, 'target')); // prettier-ignore
    const moved = signedRoot(ends.mul(through('scale', pairs)))
      .add<tf.Tensor2D>(through('bias', pairs))
      .relu();
    const scores = moved.mul(this.attend.read()).reshape([graph.numEdges, this.heads, -1]).sum<tf.Tensor2D>(2);
    const shares = edgeSoftmax(scores, graph);
    publishNeighbours(this.kind, shares, graph, ctx);
    const wide = shares.expandDims(2);
    const carried = through('pairValue', moved).reshape([graph.numEdges, this.heads, -1]).mul(wide).reshape<tf.Tensor2D>(moved.shape); // prettier-ignore
    const heard = neighbourSum(through('value', nodes), graph, shares).add(edgeScatter(carried, graph, 'sum'));
    const scaled = this.scaled(through('out', heard), graph);
    const between = this.norms.nodeNorm.apply(nodes.add(scaled), ctx.within('nodeNorm'));
    const more = this.feedForward.apply(between, ctx.within('feedForward'));
    return {
      nodes: this.norms.lastNorm.apply(between.add(more), ctx.within('lastNorm')) as tf.Tensor2D,
      pairs: this.norms.pairNorm.apply(pairs.add(through('pairOut', moved)), ctx.within('pairNorm')) as tf.Tensor2D
    };
  }

  private scaled(x: tf.Tensor2D, graph: Graph): tf.Tensor2D {
    if (this.byDegree === null) {
      return x;
    }
    const [constant, slope] = tf.unstack(this.byDegree.read());
    return x.mul(constant).add(x.mul(slope).mul(tf.tensor2d(log1p(graph), [graph.numNodes, 1])));
  }
}

/**
 * Graph transformer without message passing (GRIT, arXiv 2305.17589): attention of all nodes whose scores are made of both ends and of the state of their pair, `relu(root((q + k) scale(e)) + bias(e))`, which is learnt as well and
 * carried into values; a learnt scale by `log(1 + degree)` gives back what a softmax cannot count. Nodes [N, F] to [N, W], on the graph of pairs of the pass (`graph.embed.walkPairs`): all of them, or, of fewer pairs, sparse
 * attention by the same weights. Layer norms in place of batch norms.
 */
export class PairTransformer extends Module {
  readonly kind = 'pair-transformer';
  private readonly first: Record<'nodes' | 'pairs', Linear>;
  private readonly layers: readonly PairLayer[];

  constructor(private readonly options: PairTransformerOptions) {
    const where = 'graph.PairTransformer';
    const { inputWidth, pairWidth, width, layers, heads = 1, degreeScaler = true, random } = given(where, options);
    super();
    Object.entries({ inputWidth, pairWidth, width, layers, heads }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    if (width % heads !== 0) {
      fail(where, `heads must divide the width (${width})`, heads);
    }
    const outputs = Axis.of('width', width);
    const linear = (name: string, size: number): Linear =>
      this.addChild(name, new Linear({ inputWidth: Axis.of('inputs', size).pin('the data have them'), outputWidth: outputs, random: random.child(name) })); // prettier-ignore
    this.first = { nodes: linear('nodes', inputWidth), pairs: linear('pairs', pairWidth) };
    this.layers = Array.from({ length: layers }, (_, i) => this.addChild(`${i}`, new PairLayer(heads, width, degreeScaler, random.child(i)))); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.states(x, ctx).nodes);
  }

  /** States of nodes and of pairs after the last layer. Call it within a tidy. */
  states(x: tf.Tensor, ctx: Context): PairStates {
    const graph = graphOfPass(this, ctx);
    const where = ctx.path || 'graph.PairTransformer';
    const { inputWidth, pairWidth } = this.options;
    expectShape(where, x, [graph.numNodes, inputWidth]);
    const features = edgeFeaturesOfPass(this, ctx);
    expectShape(`${where} pairs`, features, [graph.numEdges, pairWidth]);
    const nodes = this.first.nodes.apply(x, ctx.within('nodes')) as tf.Tensor2D;
    const pairs = this.first.pairs.apply(features, ctx.within('pairs')) as tf.Tensor2D;
    return this.layers.reduce((states: PairStates, layer, i) => layer.pass(states, graph, ctx.within(`${i}`)), { nodes, pairs }); // prettier-ignore
  }
}
