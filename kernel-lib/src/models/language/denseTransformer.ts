import { expectInteger } from '../../base/core';
import type { FeedForwardSpec } from '../feedForward';
import { resolveSize } from '../size';
import type { TransformerSize } from '../size';
import { Transformer } from './transformer';

export interface DenseTransformerOptions extends TransformerSize {
  /** Width inside the feed-forward networks, H. Default 4 D, or 8/3 D where gated, which costs the same. */
  hidden?: number;
  /** SwiGLU instead of a plain network. Default false. */
  gated?: boolean;
  /** Gated networks whose up-projection is looked up by token id, see `moe.tokenIndexed`. Default false. */
  tokenIndexed?: boolean;
}

/**
 * A causal transformer without routing.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function denseTransformer(options: DenseTransformerOptions): Transformer {
  const { layers, ...size } = resolveSize('models.denseTransformer', options);
  const { tokenIndexed = false, gated = tokenIndexed } = options;
  const { hidden = defaultHidden(size.width, gated) } = options;
  expectInteger('models.denseTransformer', 'hidden', hidden, 1);
  const { vocabSize } = size;
  const feedForward: FeedForwardSpec = tokenIndexed
    ? { kind: 'tokenIndexed', hidden, vocabSize }
    : { kind: 'dense', hidden, gated };
  const feedForwards = new Array<FeedForwardSpec>(layers).fill(feedForward);
  return new Transformer({ ...size, feedForwards });
}

/** Width inside a feed-forward network of the usual cost, 16 D^2 operations a token. */
export function defaultHidden(width: number, gated = false): number {
  return gated ? Math.round((8 * width) / 3) : 4 * width;
}
