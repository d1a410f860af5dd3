import { tf } from '../backend';
import { expectInteger, expectShape, fail, Module, type Context, type Random } from '../core';
import { Dropout } from './dropout';
import { whereOf } from './expectWidth';
import type { Initializer } from './initializers';
import { Linear } from './linear';

export interface CausalSelfAttentionOptions {
  /** D; a multiple of `heads`. */
  width: number;
  heads: number;
  /** Adds biases. Default true. */
  bias?: boolean;
  /** Rate of the dropout on attention probabilities. Default 0. */
  dropout?: number;
  /** Of the weights. Default: that of {@link Linear}. */
  initializer?: Initializer;
  /** Stream for the initial weights. */
  random: Random;
}

/**
 * Multi-head attention (arXiv 1706.03762) in which a position sees itself and those before it: [B, N, D] to
 * [B, N, D]. It knows nothing of positions: add them to its input.
 */
export class CausalSelfAttention extends Module {
  readonly kind = 'causal-self-attention';
  /** Queries, keys and values in one product, heads within each; [D, 3 D]. */
  readonly qkv: Linear;
  /** [D, D]. */
  readonly output: Linear;
  private readonly dropout: Dropout;
  private readonly width: number;
  private readonly heads: number;

  constructor({ width, heads, bias = true, dropout = 0, initializer, random }: CausalSelfAttentionOptions) {
    super();
    expectInteger('CausalSelfAttention', 'width', width, 1);
    expectInteger('CausalSelfAttention', 'heads', heads, 1);
    if (width % heads !== 0) {
      fail('CausalSelfAttention', `width must be a multiple of heads (${heads})`, width);
    }
    this.width = width;
    this.heads = heads;
    const linear = (name: string, outputWidth: number): Linear =>
      this.addChild(
        name,
        new Linear({ inputWidth: width, outputWidth, bias, initializer, random: random.child(name) })
      );
    this.qkv = linear('qkv', 3 * width);
    this.output = linear('output', width);
    this.dropout = this.addChild('dropout', new Dropout({ rate: dropout }));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(whereOf(this, ctx), x, ['B', 'N', this.width]);
    return tf.tidy(() => {
      const [batch, length] = x.shape;
      const headWidth = this.width / this.heads;
      const [query, key, value] = this.qkv
        .apply(x, ctx.within('qkv'))
        .reshape([batch, length, 3, this.heads, headWidth])
        .transpose([2, 0, 3, 1, 4]) // [3, B, heads, N, D / heads]
        .unstack();
      const scores = tf.matMul(query.mul(1 / Math.sqrt(headWidth)), key, false, true).add(causalMask(length));
      const probs = this.dropout.apply(tf.softmax(scores), ctx.within('dropout')); // [B, heads, N, N]
      const mixed = tf.matMul(probs, value).transpose([0, 2, 1, 3]).reshape([batch, length, this.width]);
      return this.output.apply(mixed, ctx.within('output'));
    });
  }
}

// 0 where position i may see position j, j <= i, and -Infinity elsewhere; [N, N].
function causalMask(length: number): tf.Tensor2D {
  const positions = tf.range(0, length);
  const later = positions.expandDims(0).greater(positions.expandDims(1));
  return tf.where(later, -Infinity, 0) as tf.Tensor2D;
}
