import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  type CostShape,
  expectInteger,
  expectShape,
  fail,
  Module,
  type Random,
  type Size,
  sizeOf
} from '../../base/core';
import { attendPacked, type AttendOptions } from './attend';
import { Dropout } from './dropout';
import { whereOf } from './expectWidth';
import type { Initializer } from './initializers';
import { Linear, type LinearOptions } from './linear';

/** Options of `layers.SelfAttention`. */
export interface SelfAttentionOptions {
  /** D; a multiple of `heads`. */
  width: Size;
  heads: number;
  /** Adds biases. Default true. */
  bias?: boolean;
  /** Rate of the dropout on attention probabilities. Default 0. */
  dropout?: number;
  /** Of the weights. Default: that of {@link Linear}. */
  initializer?: Initializer;
  /** Builds the two projections, "qkv" and "output". Default: a {@link Linear}. */
  projection?: (options: LinearOptions) => Module;
  /** Stream for the initial weights. */
  random: Random;
}

/**
 * Multi-head attention (arXiv 1706.03762) in which all positions see all: [B, N, D] to [B, N, D]. It knows nothing of
 * positions: add them to its input.
 */
export class SelfAttention extends Module {
  readonly kind: string = 'self-attention';
  /** Queries, keys and values in one product, heads within each; [D, 3 D]. */
  readonly qkv: Module;
  /** [D, D]. */
  readonly output: Module;
  private readonly dropout: Dropout;
  /** Of tokens, D, and of heads. */
  protected readonly axes: { width: Axis; heads: Axis; headWidth: Axis };
  /** A position sees itself and those before it only. */
  protected readonly causal: boolean = false;

  constructor(options: SelfAttentionOptions) {
    super();
    const { width, heads, bias = true, dropout = 0, initializer, random } = options;
    const { projection = (sizes) => new Linear(sizes) } = options;
    const where = this.constructor.name;
    expectInteger(where, 'width', sizeOf(width), 1);
    expectInteger(where, 'heads', heads, 1);
    if (sizeOf(width) % heads !== 0) {
      fail(where, `width must be a multiple of heads (${heads})`, sizeOf(width));
    }
    const stream = Axis.of('width', width);
    const headWidth = Axis.of('headWidth', stream.size / heads);
    this.axes = { width: stream, heads: Axis.of('heads', heads), headWidth };
    const ofHeads = Axis.product('heads x headWidth', this.axes.heads, this.axes.headWidth);
    const project = (name: string, inputWidth: Axis, outputWidth: Axis): Module =>
      this.addChild(name, projection({ inputWidth, outputWidth, bias, initializer, random: random.child(name) }));
    this.qkv = project('qkv', stream, Axis.product('qkv', Axis.fixed('query, key, value', 3), ofHeads));
    this.output = project('output', ofHeads, stream);
    this.dropout = this.addChild('dropout', new Dropout({ rate: dropout }));
  }

  /** How many heads there are. */
  get heads(): number {
    return this.axes.heads.size;
  }

  /** Scores and sums of values; the projections are children. */
  override ownFlops({ length }: CostShape): number {
    return 4 * length * this.axes.heads.size * this.axes.headWidth.size;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(whereOf(this, ctx), x, ['B', 'N', this.axes.width.size]);
    return tf.tidy(() => {
      const { causal, select } = this;
      const heads = this.axes.heads.size;
      const mixed = attendPacked(this.qkv.apply(x, ctx.within('qkv')), { heads, causal, drop: this.drop(ctx), select });
      return this.output.apply(mixed, ctx.within('output'));
    });
  }

  /** A change of the probabilities, dropout; undefined where nobody wants them, so that they need not be made. */
  private drop(ctx: Context): AttendOptions['drop'] {
    if (this.seen === undefined && !this.dropout.drops(ctx)) {
      return undefined;
    }
    return (probs) => {
      this.seen?.(probs, ctx);
      return this.dropout.apply(probs, ctx.within('dropout'));
    };
  }

  /** Told the probabilities of a pass, [B, heads, N, N]; none where nobody asks for them. */
  protected seen?(probs: tf.Tensor, ctx: Context): void;

  /** Which of the keys that a query may see it does see; all here. */
  protected get select(): AttendOptions['select'] {
    return undefined;
  }
}
