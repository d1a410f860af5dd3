import type { Module } from '../base/core';
import type { BlockParts } from '../nn/layers';
import type { Mixer } from './mixer';

/** What of a model can be exchanged, block by block. */
export interface BlockModelOptions {
  /** What works on each token alone, a block each; L. */
  readonly mixers: readonly Mixer[];
  /** How its norms and its attention are built. Default: the usual ones. */
  readonly parts?: BlockParts;
  /** What attention and what works on each token alone are multiplied by before a block adds them. Default 1. */
  readonly residualScale?: number;
  /** What the blocks have in common with the first, whose mixer then is that of all. Default "none". */
  readonly sharing?: BlockSharing;
}

/** Nothing; all but the norms; all (ALBERT, arXiv 1909.11942). */
export type BlockSharing = 'none' | 'blocks' | 'blocksAndNorms';

/** A model made of blocks, "layers.0" and so on, that transformations work on: `Transformer`, `Tower`. */
export interface BlockModel extends Module {
  readonly options: BlockModelOptions;
  /** A new model, built as this one with some options changed; its values are initial ones. */
  rebuild(changes: Partial<BlockModelOptions>): BlockModel;
}
