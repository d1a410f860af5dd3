import { expectInteger } from '../../base/core';
import { pathRouter } from '../../nn/adaptive';
import { mixedExperts, plainExperts, variant, zeroExperts } from '../../nn/experts';
import type { MoeFeedForward } from '../feedForward';
import { resolveSize } from '../size';
import type { TransformerSize } from '../size';
import { Transformer } from './transformer';

export interface DuoLLMOptions extends TransformerSize {
  /** Width inside the small feed-forward network. */
  smallDim: number;
  /** Width inside the big one. */
  bigDim: number;
  /** A token may take neither. Default true. */
  bypass?: boolean;
  /** Calls of the big network in a block that the router may spend on a token on average, 0..1. Default 1. */
  budget?: number;
  /** Coefficient of the loss that keeps the budget. Default 10. */
  budgetLoss?: number;
}

/**
 * A causal transformer in whose blocks each token takes a small feed-forward network, a big one, or neither (Duo-LLM, arXiv
 * 2410.10846). First `train.fit` trains the networks, each token going at random; then `adaptive.trainOnlyRouters(model)` and
 * a second `train.fit` train the routers within the budget. What a token does not take is not computed. Choices are in the
 * order "bypass", "small", "big"; `adaptive.oracleRoutes` finds the best.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function duoLLM(options: DuoLLMOptions): Transformer {
  const { layers, ...size } = resolveSize('models.duoLLM', options);
  const { smallDim, bigDim, bypass = true, budget, budgetLoss } = options;
  expectInteger('models.duoLLM', 'smallDim', smallDim, 1);
  expectInteger('models.duoLLM', 'bigDim', bigDim, smallDim);
  const kinds = [
    ...(bypass ? [variant(zeroExperts(), { kind: 'bypass' })] : []),
    variant(plainExperts(), { kind: 'small', hidden: smallDim }),
    variant(plainExperts(), { kind: 'big' })
  ];
  const experts = mixedExperts(kinds.map((kind) => ({ count: 1, expertKind: kind })));
  const costs = kinds.map(({ label }) => (label === 'big' ? 1 : 0));
  const feedForward = (block: number): MoeFeedForward => ({
    kind: 'moe',
    router: pathRouter({ block, costs, budget, budgetLoss }),
    ...{ experts: kinds.length, hidden: bigDim, expertKind: experts, capacityFactor: null, sharedExperts: 0 }
  });
  return new Transformer({ ...size, feedForwards: Array.from({ length: layers }, (_, block) => feedForward(block)) });
}
