import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, fail, given, Module, type Random } from '../../base/core';
import { Embedding, FeedForward, LayerNorm, normal, SelfAttention } from '../../nn/layers';

/** Options of `models.TextEncoder`. */
export interface TextEncoderOptions {
  /** Tokens that are told apart, V. */
  vocabSize: number;
  /** Tokens of a text, L. */
  length: number;
  /** D. */
  width: number;
  /** Default 1. */
  layers?: number;
  /** Heads, which divide the width. Default 1. */
  heads?: number;
  random: Random;
}

/** Transformer encoder of short texts in which all positions see all (BERT, arXiv 1810.04805), with norms before attention and feed-forward networks: tokens, int32 [B, L], to states, [B, L, D]. */
export class TextEncoder extends Module {
  readonly kind = 'text-encoder';
  /** Vectors of the tokens, which logits of tokens may be read from. */
  readonly tokens: Embedding;
  private readonly places: Embedding;
  private readonly blocks: readonly { norm: LayerNorm; attention: SelfAttention; between: LayerNorm; feedForward: FeedForward }[]; // prettier-ignore
  private readonly last: LayerNorm;

  constructor(private readonly options: TextEncoderOptions) {
    const where = 'models.TextEncoder';
    const { vocabSize, length, width, layers = 1, heads = 1, random } = given(where, options);
    super();
    Object.entries({ vocabSize, length, width, layers, heads }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    const axis = Axis.of('width', width).pin('texts have it');
    const embedding = (name: string, count: number): Embedding =>
      this.addChild(name, new Embedding({ count: Axis.of('ids', count).pin('the data have them'), width: axis, initializer: normal(0.3), random: random.child(name) })); // prettier-ignore
    const norm = (name: string): LayerNorm => this.addChild(name, new LayerNorm({ width: axis }));
    this.tokens = embedding('tokens', vocabSize);
    this.places = embedding('places', length);
    this.blocks = Array.from({ length: layers }, (_, i) => ({
      norm: norm(`${i}.norm`),
      attention: this.addChild(`${i}.attention`, new SelfAttention({ width: axis, heads, random: random.child(`${i}.attention`) })), // prettier-ignore
      between: norm(`${i}.between`),
      feedForward: this.addChild(`${i}.feedForward`, new FeedForward({ width: axis, hidden: Axis.of('hidden', 2 * width), random: random.child(`${i}.feedForward`) })) // prettier-ignore
    }));
    this.last = norm('last');
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { length } = this.options;
    expectShape(ctx.path || 'models.TextEncoder', x, ['B', length]);
    return tf.tidy(() => {
      const places = this.places.apply(tf.range(0, length, 1, 'int32'), ctx.within('places'));
      let states = this.tokens.apply(x, ctx.within('tokens')).add(places);
      this.blocks.forEach(({ norm, attention, between, feedForward }, i) => {
        states = states.add(attention.apply(norm.apply(states, ctx.within(`${i}.norm`)), ctx.within(`${i}.attention`)));
        states = states.add(feedForward.apply(between.apply(states, ctx.within(`${i}.between`)), ctx.within(`${i}.feedForward`))); // prettier-ignore
      });
      return this.last.apply(states, ctx.within('last'));
    });
  }

  /** Texts as a tensor, int32 [B, L], from rows of tokens. */
  static rows(
    where: string,
    texts: readonly ArrayLike<number>[],
    { vocabSize, length }: { vocabSize: number; length: number }
  ): tf.Tensor2D {
    // prettier-ignore
    const values = new Int32Array(texts.length * length);
    texts.forEach((text, i) => {
      if (text.length !== length) {
        fail(where, `texts must be of ${length} tokens`, text.length);
      }
      Array.from(text).forEach((token, at) => {
        expectInteger(where, 'tokens', token, 0, vocabSize - 1);
        values[i * length + at] = token;
      });
    });
    return tf.tensor2d(values, [texts.length, length], 'int32');
  }
}
