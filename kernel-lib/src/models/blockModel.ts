import type { Module } from '../base/core';
import type { BlockParts } from '../nn/layers';
import type { FeedForwardSpec } from './feedForward';

/** Parts of a model that can be exchanged, block by block. */
export interface BlockModelOptions {
  /** Feed-forward networks or mixtures, one a block; L. */
  readonly feedForwards: readonly FeedForwardSpec[];
  /** How its norms and its attention are built. Default: the usual ones. */
  readonly parts?: BlockParts;
  /** Factor of what attention and feed-forward network add to the block's input. Default 1. */
  readonly residualScale?: number;
  /** Parts that the blocks share with the first, whose feed-forward network then is that of all. Default "none". */
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
