import { type Module, type Random, type Size, type Spec, SpecTable } from '../../base/core';

/** Sizes and stream that attention is built from. */
export interface AttentionShape {
  /** D. */
  width: Size;
  heads: number;
  /** Which of the model's blocks it is in, from 0. */
  block: number;
  /** Stream for the initial parameters. */
  random: Random;
}

/** Builds [..., D] to [..., D]. */
export type NormSpec = Spec<{ width: Size }, Module>;
/** Builds [B, N, D] to [B, N, D]. */
export type AttentionSpec = Spec<AttentionShape, Module>;
/** Builds [B, N, D] to [B, M, D]; null where nothing stands between attention and feed-forward network of the block. */
export type BetweenSpec = Spec<{ width: Size; block: number; random?: Random }, Module | null>;

/** The norms by kind; your own are registered here. */
export const normSpecs = new SpecTable<NormSpec>('norm');
/** The kinds of attention; your own are registered here. */
export const attentionSpecs = new SpecTable<AttentionSpec>('attention');
/** Module between attention and feed-forward network, by kind. */
export const betweenSpecs = new SpecTable<BetweenSpec>('between');

/** How the other parts of a model are built, where they are not the usual ones. */
export interface BlockParts {
  /** Default: `layers.rmsNorm()`. */
  norm?: NormSpec;
  /** Default: `layers.causalAttention()`. */
  attention?: AttentionSpec;
  /** Module that tokens go through between attention and feed-forward network, "between". Default: nothing. */
  between?: BetweenSpec;
}

/** The parts that data stand for. */
export function partsOf({ norm, attention, between }: BlockParts): BlockParts {
  return {
    norm: norm && normSpecs.of(norm),
    attention: attention && attentionSpecs.of(attention),
    between: between && betweenSpecs.of(between)
  };
}
