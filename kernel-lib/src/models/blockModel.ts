import { fail } from '../base/core';
import type { Module, Random } from '../base/core';
import type { AttentionSpec, BlockParts } from '../nn/layers';
import type { FeedForwardSpec } from './feedForward';

/** Parts of a model that can be exchanged, block by block. */
export interface BlockModelOptions {
  /** Feed-forward networks or mixtures, one a block; L. */
  readonly feedForwards: readonly FeedForwardSpec[];
  /** How its norms and its attention are built. Default: the usual ones. */
  readonly parts?: BlockParts;
  /** Attention of each block, where blocks differ: `layers.noAttention()` where one goes without, null for the model's usual one; L. Default: the usual one. */
  readonly attentions?: readonly (AttentionSpec | null)[];
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
  /** A new model, built as this one with some options changed; its values are initial ones, of `random` where it is given. */
  rebuild(changes: Partial<BlockModelOptions>, random?: Random): BlockModel;
}

/**
 * The parts of one block.
 *
 * @param usual - Those of the model, with its own defaults.
 * @throws {SwitchyardError} where there is not an attention for each block.
 */
export function partsAt(
  where: string,
  { feedForwards, attentions }: Pick<BlockModelOptions, 'feedForwards' | 'attentions'>,
  block: number,
  usual: BlockParts
): BlockParts {
  if (attentions !== undefined && attentions.length !== feedForwards.length) {
    fail(where, `attentions must be as many as blocks (${feedForwards.length})`, attentions.length);
  }
  const own = attentions?.[block] ?? null;
  return own === null ? usual : { ...usual, attention: own };
}
