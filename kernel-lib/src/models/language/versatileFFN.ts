import { expectInteger } from '../../base/core';
import type { VersatileFeedForward } from '../feedForward';
import { resolveSize } from '../size';
import type { TransformerSize } from '../size';
import { defaultHidden } from './denseTransformer';
import { Transformer } from './transformer';

export interface VersatileFFNModelOptions extends TransformerSize {
  /** Width inside the feed-forward networks, H. Default 4 D. */
  hidden?: number;
  /** Slices of a network that the wide path chooses among; they divide H. Default 4. */
  subExperts?: number;
  /** Slices of a token. Default 2. */
  k?: number;
  /** Most times that a token goes through a network. Default 3. */
  maxSteps?: number;
  /** See `adaptive.versatileFFN`. Default 1: no limit. */
  budget?: number;
  /** Coefficient of the loss that keeps the budget. Default 10. */
  budgetLoss?: number;
}

/**
 * A causal transformer of whose feed-forward networks each is used in two ways, by slices and again and again
 * (`adaptive.versatileFFN`). A first `train.fit` trains it, tokens going to random depths; then `adaptive.trainOnlyRouters(model)()` and
 * a second `train.fit` train it with depths chosen. It stores `D (E + R)` values more a block than a dense transformer.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function versatileFFN(options: VersatileFFNModelOptions): Transformer {
  const { layers, ...size } = resolveSize('models.versatileFFN', options);
  const { hidden = defaultHidden(size.width, false), subExperts, k, maxSteps, budget, budgetLoss } = options;
  expectInteger('models.versatileFFN', 'hidden', hidden, 1);
  const paths = { subExperts, k, maxSteps, budget, budgetLoss };
  const feedForward = (block: number): VersatileFeedForward => ({ kind: 'versatile', ...paths, hidden, block });
  return new Transformer({ ...size, feedForwards: Array.from({ length: layers }, (_, block) => feedForward(block)) });
}
