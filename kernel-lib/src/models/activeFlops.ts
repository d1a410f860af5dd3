import { expectInteger } from '../core';
import { isGated } from './mixer';
import type { Mixer } from './mixer';
import type { Transformer } from './transformer';

/**
 * Floating-point operations that a forward pass spends on one token, a multiplication and an addition counted as two;
 * matrix products only. With m matrices in a network (plain 2, gated 3), K experts of a token on average, S shared experts
 * and sequences of N positions:
 *
 * - attention: `8 D^2 + 4 N D` a block (no half taken off for the causal mask: the products are computed whole)
 * - up-projection looked up by token: `4 D H`
 * - dense: `2 m D H`; mixture: `2 m D H (K + S) + 2 D E`, the last for the router, unless it looks experts up in a table
 * - head: `2 D V`
 *
 * A training step costs about three times as much (arXiv 2001.08361, section 2.1).
 *
 * @param options.length - N. Default: the model's context length.
 */
export function activeFlops(model: Transformer, options: { length?: number } = {}): number {
  const { width, vocabSize, contextLength, mixers } = model.options;
  const { length = contextLength } = options;
  expectInteger('activeFlops', 'length', length, 1, contextLength);
  const attention = 8 * width ** 2 + 4 * length * width;
  const blocks = mixers.reduce((sum, mixer) => sum + attention + mixerFlops(mixer, width), 0);
  return blocks + 2 * width * vocabSize;
}

/** Operations that a block's mixer spends on a token. */
export function mixerFlops(mixer: Mixer, width: number): number {
  if (mixer.kind === 'dense') {
    return 2 * (mixer.gated ? 3 : 2) * width * mixer.hidden;
  }
  if (mixer.kind === 'tokenIndexed') {
    return 4 * width * mixer.hidden;
  }
  const expert = 2 * (isGated('activeFlops', mixer) ? 3 : 2) * width * mixer.hidden;
  return expert * (mixer.k + mixer.sharedExperts) + routerFlops(mixer.router.kind, width, mixer.numExperts);
}

const TABLES: readonly string[] = ['fixed', 'hash'];

/** Operations that scoring a token's experts takes: `2 D E`, none where a table says them. */
export function routerFlops(kind: string, width: number, numExperts: number): number {
  return TABLES.includes(kind) ? 0 : 2 * width * numExperts;
}
