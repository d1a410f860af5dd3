import { tf } from '../backend';
import { Module } from '../core';
import type { Context, Random } from '../core';
import { CausalSelfAttention, RMSNorm } from '../layers';
import { buildMixer, mixerName } from './mixer';
import type { Mixer } from './mixer';

export interface BlockOptions {
  /** D. */
  width: number;
  heads: number;
  mixer: Mixer;
  /** A block whose attention and mixer this one uses instead of its own; with `norms`, its norms as well. */
  share?: { block: Block; norms: boolean } | null;
  /** Stream for the initial parameters. */
  random: Random;
}

/**
 * A pre-norm transformer block, [B, N, D] to [B, N, D]: `x + attention(norm(x))`, then the same with what works on each
 * token alone, "feedForward" or "moe".
 */
export class Block extends Module {
  readonly kind = 'block';
  /** "moe" or "feedForward". */
  readonly mixerName: string;
  private readonly attentionNorm: Module;
  private readonly attention: Module;
  private readonly mixerNorm: Module;
  private readonly mixer: Module;

  constructor({ width, heads, mixer, random, share = null }: BlockOptions) {
    super();
    this.mixerName = mixerName(mixer);
    const norm = (name: 'attentionNorm' | 'mixerNorm'): Module =>
      share?.norms ? share.block[name] : this.addChild(name, new RMSNorm({ width }));
    this.attentionNorm = norm('attentionNorm');
    this.attention =
      share?.block.attention ??
      this.addChild(
        'attention',
        new CausalSelfAttention({ width, heads, bias: false, random: random.child('attention') })
      );
    this.mixerNorm = norm('mixerNorm');
    this.mixer =
      share?.block.mixer ?? this.addChild(this.mixerName, buildMixer(mixer, width, random.child(this.mixerName)));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const normed = this.attentionNorm.apply(x, ctx.within('attentionNorm'));
      const y = x.add(this.attention.apply(normed, ctx.within('attention')));
      const normedAgain = this.mixerNorm.apply(y, ctx.within('mixerNorm'));
      return y.add(this.mixer.apply(normedAgain, ctx.within(this.mixerName)));
    });
  }
}
