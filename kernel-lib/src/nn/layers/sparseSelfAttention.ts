import { tf } from '../../base/backend';
import { Context, expectNumber, sizeOf } from '../../base/core';
import type { CostShape, Random } from '../../base/core';
import { withoutGradient } from '../../base/ops';
import { splitHeads } from './attend';
import type { AttendOptions } from './attend';
import { CausalSelfAttention } from './causalSelfAttention';
import type { CausalSelfAttentionOptions } from './causalSelfAttention';
import { largestKeys } from './keySelection';
import { ProductQuantizer } from './productQuantizer';

/** Options of `layers.SparseSelfAttention`. */
export interface SparseSelfAttentionOptions extends CausalSelfAttentionOptions {
  /** Share of the keys that a query may see which it does see, rounded up; above 0, at most 1. */
  keep: number;
  /** Parts that queries and keys are cut into; they divide the width of a head. Default: as many as that width, at most 4. */
  subspaces?: number;
  /** Codewords of a part. Default 16. */
  codewords?: number;
}

/**
 * Causal attention in which a query sees only the keys that are likeliest to weigh most with it (SPT, arXiv 2312.10365): those of
 * largest product once both are replaced by their codewords. Parameters are those of `CausalSelfAttention`; codewords are
 * buffers. It masks: shapes, time and memory stay those of dense attention.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export class SparseSelfAttention extends CausalSelfAttention {
  override readonly kind = 'sparse-self-attention';
  private readonly index: ProductQuantizer;
  private readonly keep: number;

  constructor(options: SparseSelfAttentionOptions) {
    super(options);
    const { width, heads, keep, codewords = 16 } = options;
    expectNumber('layers.SparseSelfAttention', 'keep', keep, Number.EPSILON, 1);
    const headWidth = sizeOf(width) / heads;
    const { subspaces = Math.min(4, headWidth) } = options;
    this.keep = keep;
    this.index = this.addChild(
      'index',
      new ProductQuantizer({ heads: this.axes.heads, headWidth: this.axes.headWidth, subspaces, codewords })
    );
  }

  override ownFlops(shape: CostShape): number {
    return super.ownFlops(shape) * 1.5;
  }

  // Queries and keys.
  override childShare(name: string): number {
    return name === 'index' ? 2 : 1;
  }

  /** Learns the codewords from what queries and keys are for tokens [B, N, D]. */
  learnIndex(x: tf.Tensor, random: Random): void {
    const both = tf.tidy(() => tf.concat([...this.queriesAndKeys(x)], 2));
    this.index.learn(both, random);
    both.dispose();
  }

  /** Of the keys that really weigh most for tokens [B, N, D], as many as are kept, the share that is found. */
  recall(x: tf.Tensor): number {
    return tf.tidy(() => {
      const [query, key] = this.queriesAndKeys(x);
      const wanted = largestKeys(tf.matMul(query, key, false, true), this.keep);
      return wanted.mul(this.found(query, key)).sum().div(wanted.sum()).dataSync()[0];
    });
  }

  protected override get select(): AttendOptions['select'] {
    return (query, key) => withoutGradient(() => tf.where(this.found(query, key).greater(0), 0, -Infinity));
  }

  private found(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    return largestKeys(tf.matMul(this.index.apply(query), this.index.apply(key), false, true), this.keep);
  }

  private queriesAndKeys(x: tf.Tensor): [tf.Tensor4D, tf.Tensor4D] {
    const [query, key] = tf.split(this.qkv.apply(x, Context.create()), 3, 2);
    return [splitHeads(query, this.axes.heads.size), splitHeads(key, this.axes.heads.size)];
  }
}
