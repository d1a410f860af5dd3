import { tf } from '../../../base/backend';
import { Axis, expectInteger, fail, Module, Random } from '../../../base/core';
import type { Context } from '../../../base/core';
import { GraphNetworkBlock } from '../../../nn/graph/graphNetworkBlock';
import type { GraphShape } from '../../../nn/graph/graphNetworkBlock';
import { constant, Linear, Sequential } from '../../../nn/layers';
import { networkValues } from './networkGraph';
import type { NetworkGraph } from './networkGraph';

/** Options of the network that predicts weights for `prune.meta`. */
export interface MetanetworkOptions {
  /** Rounds of message passing. Default 2. */
  layers?: number;
  /** Features of a node and of an edge, C. Default 16. */
  width?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Bias, and whether it is an input, inside, or an output. */
const NODE_FEATURES = 4;
/** Weight, and its size. */
const EDGE_FEATURES = 2;

/** Graph metanetwork; see {@link metanetwork}. */
export class Metanetwork extends Module {
  readonly kind = 'graph-metanetwork';
  private readonly nodesIn: Linear;
  private readonly edgesIn: Linear;
  private readonly rounds: readonly GraphNetworkBlock[];
  private readonly nodesOut: Linear;
  private readonly edgesOut: Linear;

  constructor(readonly options: MetanetworkOptions) {
    super();
    const { layers = 2, width = 16, seed = 0 } = options;
    expectInteger(WHERE, 'layers', layers, 1);
    expectInteger(WHERE, 'width', width, 1);
    const random = Random.fromSeed(seed).child('metanetwork');
    const features = Axis.of('features', width);
    const into = (name: string, from: number): Linear =>
      this.addChild(name, new Linear({ inputWidth: Axis.fixed(name, from), outputWidth: features, random: random.child(name) })); // prettier-ignore
    const out = (name: string): Linear =>
      this.addChild(name, new Linear({ inputWidth: features, outputWidth: Axis.fixed(name, 1), initializer: constant(0), random })); // prettier-ignore
    this.nodesIn = into('nodesIn', NODE_FEATURES);
    this.edgesIn = into('edgesIn', EDGE_FEATURES);
    this.rounds = Array.from({ length: layers }, (_, i) => new GraphNetworkBlock({ width, random: random.child(i) }));
    this.addChild('rounds', new Sequential(this.rounds));
    this.nodesOut = out('nodesOut');
    this.edgesOut = out('edgesOut');
  }

  override apply(): tf.Tensor {
    return fail(WHERE, 'a metanetwork changes the graph of a network', 'a tensor');
  }

  /** New parameters of the network that a graph is of, by path. Call it in a tidy. */
  changed(graph: NetworkGraph, ctx: Context): Map<string, tf.Tensor> {
    const scales = scalesOf(graph);
    const shape = shapeOf(graph);
    const weights = tf.tensor1d(graph.weights);
    const biases = tf.tensor1d(graph.biases);
    const relative = weights.div<tf.Tensor1D>(scales.edges);
    const kinds = tf.oneHot(tf.tensor1d(kindsOf(graph), 'int32'), 3).toFloat();
    const own = tf.concat([biases.div(scales.nodes).expandDims(1), kinds], 1);
    let nodes = this.nodesIn.apply(own, ctx.within('nodesIn')) as tf.Tensor2D;
    let edges = this.edgesIn.apply(tf.stack([relative, relative.abs()], 1), ctx.within('edgesIn')) as tf.Tensor2D;
    this.rounds.forEach((round, i) => {
      ({ nodes, edges } = round.pass({ nodes, edges }, shape, ctx.within('rounds').within(`${i}`)));
    });
    const change = (name: 'nodesOut' | 'edgesOut', x: tf.Tensor): tf.Tensor =>
      this[name].apply(x, ctx.within(name)).reshape([-1]);
    const [byEdge, byNode] = [change('edgesOut', edges), change('nodesOut', nodes)];
    return networkValues(graph, weights.add(byEdge.mul(scales.edges)), biases.add(byNode.mul(scales.nodes)));
  }
}

/**
 * A graph metanetwork (arXiv 2405.20231): a network that reads another one as a graph, neurons as nodes and weights as edges, and gives new values of its weights
 * and biases. At first it changes nothing; `train.tasks.metaPruning` trains it to make networks that lose less when they are pruned. What it gives does not depend on the
 * order of hidden neurons but for theirs. Values are read and changed in units of the root mean square of their layer's weights.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function metanetwork(options: MetanetworkOptions = {}): Metanetwork {
  return new Metanetwork(options);
}

const WHERE = 'prune.metanetwork';

/** Root mean square of the weights of an edge's layer, and of those that enter a node; of inputs 1. */
function scalesOf({ layers, weights, nodes }: NetworkGraph): { edges: tf.Tensor1D; nodes: tf.Tensor1D } {
  const [byEdge, byNode] = [new Float32Array(weights.length), new Float32Array(nodes).fill(1)];
  layers.forEach(({ shape: [inputs, outputs], edge, node }) => {
    const own = weights.subarray(edge, edge + inputs * outputs);
    const scale = Math.max(1e-12, Math.sqrt(own.reduce((sum, value) => sum + value ** 2, 0) / own.length));
    byEdge.fill(scale, edge, edge + own.length);
    byNode.fill(scale, node, node + outputs);
  });
  return { edges: tf.tensor1d(byEdge), nodes: tf.tensor1d(byNode) };
}

function kindsOf({ layers, nodes }: NetworkGraph): Int32Array {
  const kinds = new Int32Array(nodes).fill(1);
  kinds.fill(0, 0, layers[0].node);
  return kinds.fill(2, layers.at(-1)!.node);
}

function shapeOf({ from, to, nodes }: NetworkGraph): GraphShape {
  return { from: tf.tensor1d(from, 'int32'), to: tf.tensor1d(to, 'int32'), count: nodes };
}
