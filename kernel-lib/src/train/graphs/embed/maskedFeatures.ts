import { tf } from '../../../base/backend';
import { Axis, Context, expectInteger, expectNumber, fail, given, Module, Parameter, Random } from '../../../base/core';
import type { Features, Graph } from '../../../base/graph';
import { GCN } from '../../../nn/graph/layers';
import { enterGraph } from '../../../nn/graph/onGraph';
import { descend } from '../descend';

/** Options of `graph.embed.maskedFeatures`. */
export interface MaskedFeaturesOptions {
  /** Width of the representation, F. */
  dim: number;
  /** Share of the nodes whose features are hidden in a step, above 0. Default 0.5. */
  rate?: number;
  /** Exponent of the error. Default 2. */
  exponent?: number;
  /** Steps of training. Default 100. */
  steps?: number;
  /** Default 0.01. */
  learningRate?: number;
  /** Default 0. */
  seed?: number;
}

class Autoencoder extends Module {
  readonly kind = 'masked-autoencoder';
  readonly encode: GCN;
  readonly decode: GCN;
  readonly token: Parameter;

  constructor(inputWidth: number, width: number, random: Random) {
    super();
    const layer = (name: string, from: number, to: number): GCN => this.addChild(name, new GCN({ inputWidth: from, outputWidth: to, random: random.child(name) })); // prettier-ignore
    this.encode = layer('encode', inputWidth, width);
    this.decode = layer('decode', width, inputWidth);
    this.token = this.addParameter('token', Parameter.over([Axis.fixed('token', 1), Axis.of('features', inputWidth)], tf.zeros)); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.encode.apply(x, ctx.within('encode')).leakyRelu(0.25));
  }
}

/**
 * Representations of nodes by masked features (GraphMAE, arXiv 2205.10803), [N, F]: features of some nodes are replaced by a learnt token, a graph convolution encodes and another decodes what was hidden from the neighbours, whose code at those
 * nodes is hidden as well, and the error is a power of one less the cosine. What comes out is the code of the whole graph.
 *
 * @throws {SwitchyardError} where the graph has no features of nodes, or an option is out of range.
 */
export function maskedFeatures(graph: Graph, options: MaskedFeaturesOptions): Features {
  const where = 'graph.embed.maskedFeatures';
  const { dim, rate = 0.5, exponent = 2, steps = 100, learningRate = 0.01, seed = 0 } = given(where, options);
  Object.entries({ dim, steps }).forEach(([name, value]) => expectInteger(where, name, value, 1));
  expectNumber(where, 'rate', rate, 1e-6, 1);
  expectNumber(where, 'exponent', exponent, 1);
  const { values, width } = graph.nodeFeatures ?? fail(where, 'the graph must have features of nodes', 'none');
  const { numNodes } = graph;
  const random = Random.fromSeed(seed).child(where);
  const model = new Autoencoder(width, dim, random.child('model'));
  const x = tf.tensor2d(values, [numNodes, width]);
  descend(where, model, { steps, learningRate, seed }, (step, ctx) => {
    enterGraph(graph, ctx);
    const order = random
      .child('masks')
      .child(step)
      .shuffle(Array.from({ length: numNodes }, (_, node) => node));
    const hidden = new Float32Array(numNodes);
    order.slice(0, Math.max(1, Math.round(rate * numNodes))).forEach((node) => (hidden[node] = 1));
    const mask = tf.tensor2d(hidden, [numNodes, 1]);
    const open = tf.sub(1, mask);
    const code = model.apply(x.mul(open).add(mask.mul(model.token.read())), ctx);
    const found = model.decode.apply(code.mul(open), ctx.within('decode'));
    const length = (rows: tf.Tensor): tf.Tensor => rows.square().sum(1, true).add(1e-12).sqrt();
    const cosine = found
      .mul(x)
      .sum(1, true)
      .div(length(found).mul(length(x)));
    return tf.sub(1, cosine).maximum(0).pow(exponent).mul(mask).sum().div<tf.Scalar>(mask.sum());
  });
  const ctx = Context.create();
  enterGraph(graph, ctx);
  const y = model.apply(x, ctx);
  const out = y.dataSync<'float32'>().slice();
  ctx.dispose();
  [x, y, model].forEach((each) => each.dispose());
  return { values: out, width: dim };
}
