import { tf } from '../base/backend';
import { fail, Module } from '../base/core';
import type { Context, Random, Size } from '../base/core';
import { causalAttention, partsOf, rmsNorm } from '../nn/layers';
import type { BlockParts } from '../nn/layers';
import { buildFeedForward, feedForwardName } from './feedForward';
import type { FeedForwardSpec } from './feedForward';

export interface BlockOptions {
  /** D. */
  width: Size;
  heads: number;
  /** Stream for the initial parameters. */
  random: Random;
  feedForward: FeedForwardSpec;
  /** See `TransformerSize`. */
  parallel: boolean;
  parts: BlockParts;
  /** Which of the model's blocks it is, from 0. */
  number: number;
  /** A block whose attention and feed-forward network this one uses instead of its own; with `norms`, its norms as well. */
  share?: { block: Block; norms: boolean } | null;
  /** See `BlockModelOptions`. Default 1. */
  residualScale?: number;
}

/**
 * A pre-norm transformer block, [B, N, D] to [B, N, D]: `x + attention(norm(x))`, then the same with what works on each
 * token alone, "feedForward" or "moe"; or, parallel, both added to `x` at once (as in GPT-J and PaLM, arXiv 2204.02311).
 */
export class Block extends Module {
  readonly kind = 'block';
  /** "moe" or "feedForward". */
  readonly feedForwardName: string;
  private readonly attentionNorm: Module;
  private readonly attention: Module;
  private readonly feedForwardNorm: Module;
  private readonly feedForward: Module;
  private readonly between: Module | null;
  private readonly parallel: boolean;
  private readonly residualScale: number;

  constructor(options: BlockOptions) {
    super();
    const { width, heads, feedForward, parallel, parts, number, random, share = null, residualScale = 1 } = options;
    this.residualScale = residualScale;
    this.feedForwardName = feedForwardName(feedForward);
    this.parallel = parallel;
    const { norm = rmsNorm(), attention = causalAttention(), between } = partsOf(parts);
    const normed = share?.norms ? share.block : null;
    this.attentionNorm = normed?.attentionNorm ?? this.addChild('attentionNorm', norm.build({ width }));
    const shape = { width, heads, block: number, random: random.child('attention') };
    this.attention = share?.block.attention ?? this.addChild('attention', attention.build(shape));
    const resizing = between?.build({ block: number, width, random: random.child('between') }) ?? null;
    if (resizing !== null && parallel) {
      fail('Block', 'a block with something between attention and feed-forward network must not be parallel', parallel);
    }
    this.between = resizing && this.addChild('between', resizing);
    this.feedForwardNorm = normed?.feedForwardNorm ?? this.addChild('feedForwardNorm', norm.build({ width }));
    this.feedForward =
      share?.block.feedForward ??
      this.addChild(this.feedForwardName, buildFeedForward(feedForward, width, random.child(this.feedForwardName)));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const normed = this.attentionNorm.apply(x, ctx.within('attentionNorm'));
      const attended = x.add(this.scaled(this.attention.apply(normed, ctx.within('attention'))));
      const y = this.between?.apply(attended, ctx.within('between')) ?? attended;
      const normedAgain = this.feedForwardNorm.apply(this.parallel ? x : y, ctx.within('feedForwardNorm'));
      return y.add(this.scaled(this.feedForward.apply(normedAgain, ctx.within(this.feedForwardName))));
    });
  }

  private scaled(x: tf.Tensor): tf.Tensor {
    return this.residualScale === 1 ? x : x.mul(this.residualScale);
  }

  override lengthAfter(length: number): number {
    return this.between === null ? length : this.between.lengthAfter(length);
  }

  override lengthWithin(child: string, length: number): number {
    return child.startsWith('attention') || child === 'between' ? length : this.lengthAfter(length);
  }
}
