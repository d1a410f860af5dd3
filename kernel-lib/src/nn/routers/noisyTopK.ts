import type { BalanceOptions } from './parts/balance';
import type { RouterSpec } from './router';
import { topK } from './topK';

/** Options of `routers.noisyTopK`. */
export interface NoisyTopKOptions {
  /** Experts of a token, K. */
  k: number;
  /** Default: the "switch" loss times 0.01; the paper's own importance and load losses are its forerunners. */
  balance?: BalanceOptions;
}

/**
 * Noisy top-k (arXiv 1701.06538): while training, logits get normal noise of learned size, and the softmax is taken over
 * the K kept, which equals the softmax over all renormalised over those K.
 */
export function noisyTopK({ k, balance }: NoisyTopKOptions): RouterSpec {
  return topK({ k, scores: 'softmax', renormalize: true, noise: 'learned', balance });
}
