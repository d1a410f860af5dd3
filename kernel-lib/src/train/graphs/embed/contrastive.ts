import { tf } from '../../../base/backend';
import { Axis, Context, expectInteger, expectNumber, fail, given, Module, Parameter, Random } from '../../../base/core';
import { type Features, type Graph, keepEdges } from '../../../base/graph';
import { cosine } from '../../../base/math/cosine';
import { GCN } from '../../../nn/graph/layers';
import { enterGraph } from '../../../nn/graph/onGraph';
import { infomax } from '../../../nn/graph/operators';
import { descend } from '../descend';
import { initialize, xavierUniform } from '../../../nn/layers';

/** Options of `graph.embed.contrastive`. */
export interface ContrastiveOptions {
  /** Width of the representation, F. */
  dim: number;
  /** Cosine of features below which an edge is left out at first, -1..1. Default: none is. */
  doubt?: number;
  /** Views of a step, each with some of the edges that were left out. Default 2. */
  views?: number;
  /** Share of these edges that a view has again. Default 0.2. */
  recover?: number;
  /** Steps of training. Default 100. */
  steps?: number;
  /** Default 0.01. */
  learningRate?: number;
  /** Default 0. */
  seed?: number;
}

/** A graph convolution, and the discriminator that trains it. */
class Encoder extends Module {
  readonly kind = 'contrastive-encoder';
  readonly layer: GCN;
  readonly map: Parameter;

  constructor(inputWidth: number, width: number, random: Random) {
    super();
    this.layer = this.addChild('layer', new GCN({ inputWidth, outputWidth: width, random: random.child('layer') }));
    const axis = Axis.of('features', width);
    this.map = this.addParameter('map', Parameter.over([axis, axis], (shape) => initialize(xavierUniform(), shape, random.child('map')))); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.layer.apply(x, ctx.within('layer')).leakyRelu(0.25));
  }

  on(graph: Graph, x: tf.Tensor2D): tf.Tensor2D {
    const ctx = Context.create();
    enterGraph(graph, ctx);
    const y = this.apply(x, ctx) as tf.Tensor2D;
    ctx.dispose();
    return y;
  }
}

/**
 * Representations of nodes by contrast, without labels and fit for a graph that may be attacked (STABLE, arXiv 2207.00012), [N, F]: edges between unlike features are left out, views get some of them back by chance, and a graph
 * convolution learns to tell what nodes hold in each view from what they hold on shuffled features, by the summary of the views (`graph.infomax`). What comes out is that of the graph without these edges.
 *
 * @throws {SwitchyardError} where the graph has no features of nodes, or an option is out of range.
 */
export function contrastive(graph: Graph, options: ContrastiveOptions): Features {
  const where = 'graph.embed.contrastive';
  const { dim, doubt = -1, views = 2, recover = 0.2, steps = 100, learningRate = 0.01, seed = 0 } = given(where, options); // prettier-ignore
  Object.entries({ dim, views, steps }).forEach(([name, value]) => expectInteger(where, name, value, 1));
  expectNumber(where, 'doubt', doubt, -1, 1);
  expectNumber(where, 'recover', recover, 0, 1);
  const { values, width } = graph.nodeFeatures ?? fail(where, 'the graph must have features of nodes', 'none');
  const row = (node: number): Float32Array => values.subarray(node * width, (node + 1) * width);
  const doubted = Array.from(graph.sources, (source, edge) => cosine(row(source), row(graph.targets[edge])) < doubt);
  const random = Random.fromSeed(seed).child(where);
  const trusted = keepEdges(where, graph, (edge) => !doubted[edge]);
  const encoder = new Encoder(width, dim, random.child('encoder'));
  const x = tf.tensor2d(values, [graph.numNodes, width]);
  const view = (step: number, i: number): Graph => {
    const next = random.child('views').child(step).child(i).generator();
    const back = new Map<string, boolean>();
    // Both ways of an edge are drawn at once.
    return keepEdges(where, graph, (edge) => {
      const [a, b] = [graph.sources[edge], graph.targets[edge]];
      const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
      const drawn = back.get(key) ?? next() < recover;
      back.set(key, drawn);
      return !doubted[edge] || drawn;
    });
  };
  const loss = (step: number): tf.Scalar => {
    const order = random.child('shuffle').child(step).shuffle(Array.from({ length: graph.numNodes }, (_, node) => node)); // prettier-ignore
    const shuffled = tf.gather(x, tf.tensor1d(order, 'int32')) as tf.Tensor2D;
    const corrupted = encoder.on(trusted, shuffled);
    const map = encoder.map.read() as tf.Tensor2D;
    const seen = Array.from({ length: views }, (_, i) => encoder.on(view(step, i), x));
    const summary = tf.addN(seen.map((nodes) => nodes.mean(0).sigmoid())).div<tf.Tensor1D>(views);
    return tf.addN(seen.map((nodes) => infomax(nodes, { corrupted, summary, map }))).div<tf.Scalar>(views);
  };
  descend(where, encoder, { steps, learningRate, seed }, loss);
  const out = tf.tidy(() => encoder.on(trusted, x).dataSync<'float32'>());
  tf.dispose(x);
  encoder.dispose();
  return { values: out, width: dim };
}
