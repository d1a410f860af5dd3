import type { Module, Random, Size } from '../base/core';
import { versatileFFN } from '../nn/adaptive';
import type { VersatileFFNOptions } from '../nn/adaptive';
import type { ExpertSpec } from '../nn/experts';
import { FeedForward, GatedFeedForward } from '../nn/layers';
import type { Activation } from '../nn/layers';
import * as moe from '../nn/moe';
import type { RouterSpec } from '../nn/routers';

/** The part of a block that works on each token alone: one feed-forward network. */
export interface DenseFeedForward {
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
export interface MoeFeedForward {
  kind: 'moe';
  router: RouterSpec;
  experts: number;
  /** Width inside an expert, H. */
  hidden: number;
  expertKind: 'plain' | 'gated' | ExpertSpec;
  capacityFactor: number | null;
  /** Choices that an expert takes of each sequence at most. Default: as many as there are. */
  sequenceCapacity?: number | null;
  sharedExperts: number;
  /** Width inside the shared experts together. Default: `sharedExperts` times `hidden`. */
  sharedHidden?: number;
  /** Kind of the shared experts. Default: as `expertKind`. */
  sharedKind?: 'plain' | 'gated' | ExpertSpec;
  /** Weighs the shared experts' output by a learned score of the token. Default false. */
  sharedGate?: boolean;
}

/** The part of a block that works on each token alone: a gated network that looks its up-projection up by token id. */
export interface TokenIndexedFeedForward {
  kind: 'tokenIndexed';
  /** Width inside, H. */
  hidden: number;
  /** Rows of its table, V. */
  vocabSize: number;
}

/** The part of a block that works on each token alone: one network used in two ways (`adaptive.versatileFFN`). */
export interface VersatileFeedForward extends Omit<VersatileFFNOptions, 'width' | 'random' | 'hidden'> {
  kind: 'versatile';
  /** Width inside, H. */
  hidden: number;
}

/** Nothing: the block goes without, as where a network was pruned (`prune.layers`). */
export interface NoFeedForward {
  kind: 'none';
}

/** Spec of a feed-forward network inside of a block. */
export type FeedForwardSpec =
  DenseFeedForward | MoeFeedForward | TokenIndexedFeedForward | VersatileFeedForward | NoFeedForward;

/** Name of the feed-forward network within its block, as in "layers.2.moe". */
export function feedForwardName(feedForward: FeedForwardSpec): string {
  return feedForward.kind === 'moe' ? 'moe' : 'feedForward';
}

/** The network of a block; null where it goes without. */
export function buildFeedForward(feedForward: FeedForwardSpec, width: Size, random: Random): Module | null {
  if (feedForward.kind === 'none') {
    return null;
  }
  if (feedForward.kind === 'moe') {
    return moe.layer({ ...feedForward, width, random });
  }
  if (feedForward.kind === 'tokenIndexed') {
    return moe.tokenIndexed({ ...feedForward, width, random });
  }
  if (feedForward.kind === 'versatile') {
    const { kind: _kind, ...options } = feedForward;
    return versatileFFN({ ...options, width, random });
  }
  const { hidden, activation, bias = false } = feedForward;
  const options = { width, hidden, activation, bias, random };
  return feedForward.gated ? new GatedFeedForward(options) : new FeedForward(options);
}
