import { expectOneOf } from '../base/core';
import type { Module, Random, Size } from '../base/core';
import { versatileFFN } from '../nn/adaptive';
import type { VersatileFFNOptions } from '../nn/adaptive';
import type { ExpertSpec } from '../nn/experts';
import { FeedForward, GatedFeedForward } from '../nn/layers';
import type { Activation } from '../nn/layers';
import * as moe from '../nn/moe';
import type { RouterSpec } from '../nn/routers';

/** The part of a block that works on each token alone: one feed-forward network. */
export interface DenseMixer {
  kind: 'dense';
  /** Width inside, H. */
  hidden: number;
  /** Three matrices (SwiGLU) instead of two. */
  gated: boolean;
  /** Default: that of `layers.FeedForward` and `layers.GatedFeedForward`. */
  activation?: Activation;
  /** Adds biases. Default false. */
  bias?: boolean;
}

/** The part of a block that works on each token alone: a mixture of experts. */
export interface MoeMixer {
  kind: 'moe';
  router: RouterSpec;
  numExperts: number;
  /** Width inside an expert, H. */
  hidden: number;
  experts: 'plain' | 'gated' | ExpertSpec;
  capacityFactor: number | null;
  sharedExperts: number;
  /** Width inside the shared experts together. Default: `sharedExperts` times `hidden`. */
  sharedHidden?: number;
  /** What the shared experts are. Default: as `experts`. */
  sharedKind?: 'plain' | 'gated' | ExpertSpec;
  /** Weighs the shared experts' output by a learned score of the token. Default false. */
  sharedGate?: boolean;
}

/** The part of a block that works on each token alone: a gated network that looks its up-projection up by token id. */
export interface TokenIndexedMixer {
  kind: 'tokenIndexed';
  /** Width inside, H. */
  hidden: number;
  /** Rows of its table, V. */
  vocabSize: number;
}

/** The part of a block that works on each token alone: one network used in two ways (`adaptive.versatileFFN`). */
export interface VersatileMixer extends Omit<VersatileFFNOptions, 'width' | 'random' | 'hidden'> {
  kind: 'versatile';
  /** Width inside, H. */
  hidden: number;
}

export type Mixer = DenseMixer | MoeMixer | TokenIndexedMixer | VersatileMixer;

/**
 * Whether a mixer is of the gated kind (SwiGLU); of mixtures, those of plain and gated experts only can be told.
 *
 * @throws {SwitchyardError} for mixtures of other experts.
 */
export function isGated(where: string, mixer: Mixer): boolean {
  if (mixer.kind !== 'moe') {
    return mixer.kind === 'tokenIndexed' || (mixer.kind === 'dense' && mixer.gated);
  }
  const { experts } = mixer;
  const kind = typeof experts === 'string' ? experts : experts.kind;
  expectOneOf(where, 'experts', kind, ['plain', 'gated']);
  return kind === 'gated';
}

/** Name of the mixer within its block, as in "layers.2.moe". */
export function mixerName(mixer: Mixer): string {
  return mixer.kind === 'moe' ? 'moe' : 'feedForward';
}

export function buildMixer(mixer: Mixer, width: Size, random: Random): Module {
  if (mixer.kind === 'moe') {
    return moe.layer({ ...mixer, width, random });
  }
  if (mixer.kind === 'tokenIndexed') {
    return moe.tokenIndexed({ ...mixer, width, random });
  }
  if (mixer.kind === 'versatile') {
    const { kind: _kind, ...options } = mixer;
    return versatileFFN({ ...options, width, random });
  }
  const { hidden, activation, bias = false } = mixer;
  const options = { width, hiddenWidth: hidden, activation, bias, random };
  return mixer.gated ? new GatedFeedForward(options) : new FeedForward(options);
}
