import { tf } from '../../base/backend';
import { Axis, Module } from '../../base/core';
import type { Context, Random } from '../../base/core';
import { GatedFeedForward } from '../../nn/layers';
import type { NormSpec } from '../../nn/layers';
import * as moe from '../../nn/moe';
import * as routers from '../../nn/routers';
import { mixTokens, revertTokens } from './mixTokens';

/** Experts in place of the feed-forward networks of a token-mixer model; gated ones, after `routers.topK`. */
export interface TokenMixerMoe {
  /** Each slot has experts and a router of its own; else all slots share one mixture. Default true. */
  perToken?: boolean;
  /** Experts of a slot (of all slots, where shared), E. */
  experts: number;
  /** Experts that work on a token, K. */
  k: number;
  /** Experts that work on every token of the slot besides. Default 0. */
  sharedExperts?: number;
}

export interface TokenMixerBlockOptions {
  /** T. */
  slots: number;
  /** D. */
  width: Axis;
  /** Of what a token is cut into, D / heads. */
  piece: Axis;
  heads: number;
  /** Width inside a network or an expert, H. */
  hidden: number;
  mixRevert: boolean;
  moe: TokenMixerMoe | null;
  norm: NormSpec;
  random: Random;
}

/** Names under which a pass holds which slot each token is, int32 [B T], and which mixed token, int32 [B heads]. */
export const SLOT_IDS = 'tokenMixer/slots';
export const MIXED_IDS = 'tokenMixer/mixed';

/**
 * Layer of a token-mixer model, without its residual, [B, T, D] to [B, T, D]: `h = mix(x)`, `h = h + f(norm(h))`, and, reverting,
 * `g(norm(revert(h)))`. Without reverting, as in RankMixer, mixed tokens are added to those that they are not made of:
 * `mix(x) + g(norm(x + mix(x)))`. `f` and `g` are networks of which each slot has its own. Names: "mixedNorm", "mixed", "norm", "tokens".
 */
export class TokenMixerBlock extends Module {
  readonly kind = 'token-mixer-block';
  private readonly mixedNorm: Module | null = null;
  private readonly mixed: Module | null = null;
  private readonly norm: Module;
  private readonly tokens: Module;

  constructor(private readonly options: TokenMixerBlockOptions) {
    super();
    const { slots, width, piece, heads, mixRevert, norm } = options;
    if (mixRevert) {
      const mixedWidth = Axis.product('slots x piece', Axis.fixed('slots', slots), piece);
      this.mixedNorm = this.addChild('mixedNorm', norm.build({ width: mixedWidth }));
      this.mixed = this.addChild('mixed', this.networks('mixed', heads, mixedWidth, MIXED_IDS));
    }
    this.norm = this.addChild('norm', norm.build({ width }));
    this.tokens = this.addChild('tokens', this.networks('tokens', slots, width, SLOT_IDS));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { slots, heads } = this.options;
    const run = (name: 'mixedNorm' | 'mixed' | 'norm' | 'tokens', y: tf.Tensor): tf.Tensor =>
      this[name]!.apply(y, ctx.within(name));
    return tf.tidy(() => {
      const mixed = mixTokens(x, heads);
      if (this.mixed === null) {
        return mixed.add(run('tokens', run('norm', x.add(mixed))));
      }
      const reverted = revertTokens(mixed.add(run('mixed', run('mixedNorm', mixed))), slots);
      return run('tokens', run('norm', reverted));
    });
  }

  private networks(name: string, count: number, width: Axis, by: string): Module {
    const { hidden, moe: experts } = this.options;
    const random = this.options.random.child(name);
    const build = (stream: Random): Module => {
      if (experts === null) {
        return new GatedFeedForward({ width, hidden: hidden, random: stream });
      }
      const { experts: numExperts, k, sharedExperts = 0 } = experts;
      const router = routers.topK({ k });
      return moe.layer({
        router,
        experts: numExperts,
        width,
        hidden,
        expertKind: 'gated',
        sharedExperts,
        random: stream
      });
    };
    return experts?.perToken === false
      ? build(random)
      : moe.untied({ count, by, build: (slot) => build(random.child(slot)) });
  }
}
