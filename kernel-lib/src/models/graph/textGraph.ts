import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, fail, given, Module, Random } from '../../base/core';
import { crossEntropy } from '../../base/ops';
import type { GraphLayer, GraphLayerSpec } from '../../nn/graph/layerSpecs';
import { graphOfPass } from '../../nn/graph/messagePassing';
import { activate, Linear } from '../../nn/layers';
import { TextEncoder } from '../language/textEncoder';

/** Options of `models.TextGraph`. */
export interface TextGraphOptions {
  /** Tokens that are told apart, V. */
  vocabSize: number;
  /** Tokens of the text of a node, L. */
  length: number;
  /** D. */
  width: number;
  /** Layers of the text encoder, and its heads. Default 1 each. */
  layers?: number;
  heads?: number;
  /** Layers of the graph network, such as `[graph.sage()]`, one at least. */
  graphLayers: readonly GraphLayerSpec[];
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Masked texts, and what was under the masks. */
export interface MaskedTexts {
  texts: readonly ArrayLike<number>[];
  /** Places of the masks, row by row: node times L, plus place. */
  places: Int32Array;
  /** Token of each. */
  tokens: Int32Array;
}

const WHERE = 'models.TextGraph';

/**
 * Text-attributed graph model (UniGraph, arXiv 2402.13630): a transformer encodes the text of each node, and a graph network on the means of these states hears those of its neighbours. It is pre-trained without labels by masked graph modelling:
 * tokens are hidden, and told from what the text says around them and from what the graph network says of the node. Nothing depends on which graph it is, as all nodes are texts. The graph is that of the pass.
 *
 * @throws {SwitchyardError} where a size is out of range, or there is no graph layer; in a call, where texts are not of L tokens 0..V-1.
 */
export class TextGraph extends Module {
  readonly kind = 'text-graph';
  private readonly encoder: TextEncoder;
  private readonly graphLayers: readonly GraphLayer[];
  private readonly join: Linear;
  private readonly hidden: number;

  constructor(private readonly options: TextGraphOptions) {
    const { vocabSize, length, width, layers, heads, graphLayers, seed = 0 } = given(WHERE, options);
    super();
    expectInteger(WHERE, 'vocabSize', vocabSize, 1);
    expectInteger(WHERE, 'graph layers', graphLayers.length, 1);
    const random = Random.fromSeed(seed).child('textGraph');
    // The last id is that of a mask.
    this.hidden = vocabSize;
    this.encoder = this.addChild('encoder', new TextEncoder({ vocabSize: vocabSize + 1, length, width, layers, heads, random: random.child('encoder') })); // prettier-ignore
    this.graphLayers = graphLayers.map((spec, i) => this.addChild(`graph${i}`, spec.build({ inputWidth: width, outputWidth: width, random: random.child(`graph${i}`) }))); // prettier-ignore
    this.join = this.addChild('join', new Linear({ inputWidth: Axis.of('token, node', 2 * width).pin('both have the width'), outputWidth: Axis.of('width', width).pin('tokens have it'), random: random.child('join') })); // prettier-ignore
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'nodes are texts (nodes, maskedLoss)', 'a tensor');
  }

  /** Representations of nodes by their texts and those of their neighbours, [N, D]. */
  nodes(texts: readonly ArrayLike<number>[], ctx: Context): tf.Tensor2D {
    return tf.tidy(() => this.heard(this.states(texts, ctx), ctx));
  }

  /** Logits of tokens at the places of the masks, [masks, V]. */
  logits({ texts, places }: MaskedTexts, ctx: Context): tf.Tensor2D {
    return tf.tidy(() => {
      const { width, length, vocabSize } = this.options;
      const states = this.states(texts, ctx);
      const node = tf.tensor1d(places.map((place) => Math.floor(place / length)), 'int32'); // prettier-ignore
      const own = tf.gather(states.reshape([-1, width]), tf.tensor1d(places, 'int32'));
      const both = tf.concat([own, tf.gather(this.heard(states, ctx), node)], 1);
      const scores = this.encoder.tokens.readOut(this.join.apply(both, ctx.within('join')));
      return scores.slice([0, 0], [-1, vocabSize]) as tf.Tensor2D;
    });
  }

  /** Loss of masked graph modelling: the mean cross entropy of the tokens under the masks. */
  maskedLoss(masked: MaskedTexts, ctx: Context): tf.Scalar {
    return tf.tidy(() => crossEntropy(this.logits(masked, ctx), tf.tensor1d(masked.tokens, 'int32')).mean<tf.Scalar>());
  }

  /**
   * Texts of which tokens are hidden by chance, one at least.
   *
   * @param rate - Probability that a token is, above 0 and at most 1.
   */
  masked(texts: readonly ArrayLike<number>[], rate: number, random: Random): MaskedTexts {
    const { length } = this.options;
    expectNumber(WHERE, 'rate', rate, 1e-6, 1);
    const next = random.generator();
    const draws = texts.map((text) => Array.from(text, next));
    const lowest = Math.min(...draws.flat());
    const places: number[] = [];
    const tokens: number[] = [];
    const out = texts.map((text, i) =>
      Array.from(text, (token, at) => {
        if (draws[i][at] >= rate && draws[i][at] !== lowest) {
          return token;
        }
        places.push(i * length + at);
        tokens.push(token);
        return this.hidden;
      })
    );
    return { texts: out, places: Int32Array.from(places), tokens: Int32Array.from(tokens) };
  }

  private states(texts: readonly ArrayLike<number>[], ctx: Context): tf.Tensor3D {
    const { numNodes } = graphOfPass(this, ctx);
    expectInteger(WHERE, 'texts', texts.length, numNodes, numNodes);
    const { vocabSize, length } = this.options;
    const rows = TextEncoder.rows(WHERE, texts, { vocabSize: vocabSize + 1, length });
    return this.encoder.apply(rows, ctx.within('encoder')) as tf.Tensor3D;
  }

  private heard(states: tf.Tensor3D, ctx: Context): tf.Tensor2D {
    let nodes: tf.Tensor = states.mean(1);
    this.graphLayers.forEach((layer, i) => {
      const y = layer.apply(nodes, ctx.within(`graph${i}`));
      nodes = i < this.graphLayers.length - 1 ? activate('relu', y, ctx.within(`graph${i}`)) : y;
    });
    return nodes as tf.Tensor2D;
  }
}
