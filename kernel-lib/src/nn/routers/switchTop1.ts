import type { BalanceOptions } from './parts/balance';
import type { RouterSpec } from './router';
import { topK } from './topK';

/** Options of `routers.switchTop1`. */
export interface SwitchTop1Options {
  /** Default 0.01. */
  jitter?: number;
  /** Default: the "switch" loss times 0.01. */
  balance?: BalanceOptions;
}

/**
 * The router of Switch Transformers (arXiv 2101.03961): one expert a token, its weight the softmax probability, tokens
 * jittered while training. In a layer, give it a capacity: `moe.layer({ router: routers.switchTop1(), capacityFactor: 1.25, ... })`.
 */
export function switchTop1({ jitter = 0.01, balance }: SwitchTop1Options = {}): RouterSpec {
  return topK({ k: 1, scores: 'softmax', renormalize: false, jitter, balance });
}
