import { tf } from '../../base/backend';
import { Axis, expectInteger, fail, Module, Parameter, sizeOf, stateKey } from '../../base/core';
import type { Context, CostShape, Random, Size } from '../../base/core';
import { attendHeads, causalMask, splitHeads } from './attend';
import { Linear } from './linear';
import { normal, initialize } from './initializers';
import { RMSNorm } from './norms';

/** Options of attention with relative positions in a spec. */
export interface RelativeAttentionChoices {
  /** Values of a head, W. Default: width / heads. */
  headWidth?: number;
  /** Classes of distances, of which each head has a learned score; half of them for exact distances. Default 32. */
  buckets?: number;
  /** From this distance on all are of one class. Default 128. */
  maxDistance?: number;
  /** A position sees itself and those before it. Default false: all see all. */
  causal?: boolean;
}

export interface RelativeAttentionOptions extends RelativeAttentionChoices {
  /** D. */
  width: Size;
  heads: number;
  /** Which of the model's blocks it is in: the first has the scores of distances, the others take them from it. Default 0. */
  block?: number;
  /** Stream for the initial weights. */
  random: Random;
}

/** Projections of queries, keys and values, and back, without biases, and attention without a scale, as T5 has them. */
class Projections extends Module {
  readonly kind: string = 'projections';
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  protected readonly axes: { width: Axis; heads: Axis; headWidth: Axis };

  constructor(where: string, { width, heads, headWidth, random }: Omit<RelativeAttentionOptions, 'causal'>) {
    super();
    expectInteger(where, 'width', sizeOf(width), 1);
    expectInteger(where, 'heads', heads, 1);
    const size = headWidth ?? sizeOf(width) / heads;
    expectInteger(where, 'headWidth', size, 1);
    const stream = Axis.of('width', width);
    this.axes = { width: stream, heads: Axis.of('heads', heads), headWidth: Axis.of('headWidth', size) };
    const ofHeads = Axis.product('heads x headWidth', this.axes.heads, this.axes.headWidth);
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: false, random: random.child(name) }));
    this.query = linear('query', stream, ofHeads);
    this.key = linear('key', stream, ofHeads);
    this.value = linear('value', stream, ofHeads);
    this.output = linear('output', ofHeads, stream);
  }

  /** Scores and sums of values; the projections are children. */
  override ownFlops({ length }: CostShape): number {
    return 4 * length * this.axes.heads.size * this.axes.headWidth.size;
  }

  override apply(_x: tf.Tensor, ctx: Context): tf.Tensor {
    return fail(ctx.path || this.kind, 'must be applied through what extends it', this.kind);
  }

  protected split(name: 'query' | 'key' | 'value', x: tf.Tensor, ctx: Context): tf.Tensor4D {
    return splitHeads(this[name].apply(x, ctx.within(name)), this.axes.heads.size);
  }
}

/**
 * Attention whose scores have a learned number for each distance and head added, and are not scaled (T5, arXiv 1910.10683): [B, N, D] to
 * [B, N, D]. The numbers are those of the model's first block. In a pass with a memory it sees the tokens of earlier passes as well.
 */
export class RelativeAttention extends Projections {
  override readonly kind = 'relative-attention';
  /** It keeps what it needs of earlier tokens in the pass's memory. */
  readonly remembers = true;
  /** Score of each class of distances for each head, [buckets, heads]; null but in the first block. */
  readonly distances: Parameter | null;
  private readonly choices: Required<Omit<RelativeAttentionChoices, 'headWidth'>>;

  constructor(options: RelativeAttentionOptions) {
    super('layers.RelativeAttention', options);
    const { buckets = 32, maxDistance = 128, causal = false, block = 0, random } = options;
    expectInteger('layers.RelativeAttention', 'buckets', buckets, causal ? 2 : 4);
    expectInteger('layers.RelativeAttention', 'maxDistance', maxDistance, buckets);
    this.choices = { buckets, maxDistance, causal };
    const axes = [
      Axis.fixed('buckets', buckets),
      this.axes.heads.pin('all blocks use the scores of distances of the first')
    ];
    this.distances =
      block === 0
        ? this.addParameter('distances', Parameter.over(axes, (shape) => initialize(normal(), shape, random.child('distances')))) // prettier-ignore
        : null;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const [q, k, v] = (['query', 'key', 'value'] as const).map((name) => this.split(name, x, ctx));
      const keys = ctx.memory?.extend(ctx.within('keys').path, k, 2) ?? k;
      const values = ctx.memory?.extend(ctx.within('values').path, v, 2) ?? v;
      const mask = this.scores(q.shape[2], keys.shape[2], ctx);
      return this.output.apply(attendHeads(q, keys, values, { scale: 1, mask }), ctx.within('output'));
    });
  }

  /** Scores of distances and the causal mask, [1, heads, N, M]. */
  private scores(queries: number, keys: number, ctx: Context): tf.Tensor {
    const { causal } = this.choices;
    const key = stateKey(`relative/${causal}`);
    if (this.distances === null) {
      return (
        ctx.getState(key) ?? fail(ctx.path || this.kind, 'the first block must have left scores of distances', null)
      );
    }
    const ids = Int32Array.from({ length: queries * keys }, (_, i) => this.bucket((i % keys) - (keys - queries + Math.floor(i / keys)))); // prettier-ignore
    const chosen = tf.gather(this.distances.read(), tf.tensor2d(ids, [queries, keys], 'int32'));
    const scores = chosen.transpose([2, 0, 1]).expandDims(0);
    const masked = causal ? scores.add(causalMask(queries, keys)) : scores;
    ctx.setState(key, masked);
    return masked;
  }

  /** The class of a distance, from query to key. */
  private bucket(distance: number): number {
    const { buckets, maxDistance, causal } = this.choices;
    const count = causal ? buckets : Math.floor(buckets / 2);
    const far = causal ? Math.max(0, -distance) : Math.abs(distance);
    const first = causal || distance <= 0 ? 0 : count;
    const exact = Math.floor(count / 2);
    if (far < exact) {
      return first + far;
    }
    // In float32, as peers compute it: at a power it decides the class.
    const share = Math.fround(Math.fround(Math.log(Math.fround(far / exact))) / Math.log(maxDistance / exact));
    return first + Math.min(count - 1, exact + Math.floor(Math.fround(share * (count - exact))));
  }
}

/** Output of a model's encoder, [B, M, D], which it leaves in the pass for the decoder to attend to. */
export const ENCODED = stateKey<tf.Tensor3D>('encoded');

/** Sizes of a cross-attention. */
export interface CrossAttentionChoices {
  heads: number;
  /** Values of a head, W. Default: width / heads. */
  headWidth?: number;
  /** Of the norm. Default 1e-6. */
  epsilon?: number;
}

/** `x + attention(norm(x), encoded)`: what a decoder's block does between its own attention and its network; [B, N, D] to [B, N, D]. */
export class CrossAttention extends Projections {
  override readonly kind = 'cross-attention';
  private readonly norm: RMSNorm;

  constructor({ epsilon = 1e-6, ...options }: CrossAttentionChoices & { width: Size; random: Random }) {
    super('layers.CrossAttention', options);
    this.norm = this.addChild('norm', new RMSNorm({ width: this.axes.width, epsilon }));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const encoded =
      ctx.getState(ENCODED) ?? fail(ctx.path || this.kind, 'an encoder must have left what is attended to', null);
    return tf.tidy(() => {
      const q = this.split('query', this.norm.apply(x, ctx.within('norm')), ctx);
      const [k, v] = [this.split('key', encoded, ctx), this.split('value', encoded, ctx)];
      return x.add(this.output.apply(attendHeads(q, k, v, { scale: 1 }), ctx.within('output')));
    });
  }
}
