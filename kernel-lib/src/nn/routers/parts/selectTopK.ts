import { tf } from '../../../base/backend';
import { fail } from '../../../base/core';
import * as ops from '../../../base/ops';
import { topKShares } from '../../../base/ops/topK';
import type { SparseRouting } from '../router';
import { withinGroups } from './groups';
import type { GroupOptions } from './groups';

/** How logits become scores: over all experts together, or each by itself (DeepSeek-V3, arXiv 2412.19437). */
export type ScoreFunction = 'softmax' | 'sigmoid';

export const SCORE_FUNCTIONS: readonly ScoreFunction[] = ['softmax', 'sigmoid'];

/** Options of `routers.selectTopK`. */
export interface SelectTopKOptions {
  /** Experts of a token, K. */
  k: number;
  /** Default "softmax". */
  scores?: ScoreFunction;
  /** Divide the weights of a token by their sum. Default: true where k > 1 (a single weight would be 1, without gradient). */
  renormalize?: boolean;
  /** Added to the scores for the choice only, never to the weights; [E]. Default none. */
  selectionBias?: tf.Tensor | null;
  /** Default: experts are chosen among all. */
  groups?: GroupOptions | null;
  /** Factor of the weights in the end. Default 1. */
  scale?: number;
}

/**
 * Sends each token to the `k` experts of highest score. Weights are the scores of those chosen, so gradients reach every
 * logit through them. Sigmoid scores are divided by their sum in `probs`, so that its rows sum to 1 as well.
 *
 * @param logits - [T, E]
 * @returns Tensors that belong to the caller, or to the tidy round the call.
 * @throws {SwitchyardError} where k is not an integer in 1..E.
 */
export function selectTopK(logits: tf.Tensor2D, options: SelectTopKOptions): SparseRouting {
  const { k, scores: scoreFunction = 'softmax', renormalize = k > 1, selectionBias = null } = options;
  const { scale = 1 } = options;
  const [numTokens, numExperts] = logits.shape;
  checkK('routers.selectTopK', k, numExperts);
  const scores = scoreFunction === 'softmax' ? tf.softmax(logits) : tf.sigmoid(logits);
  const { indices, shares } = choose(scores, options, renormalize);
  const weights = scale === 1 ? shares : shares.mul<tf.Tensor2D>(scale);
  const probs = scoreFunction === 'softmax' ? scores : ops.rowShares(scores);
  const bias = selectionBias === null ? {} : { selectionBias };
  return { form: 'sparse', numTokens, numExperts, k, probs, logits, indices, weights, ...bias };
}

/** @throws {SwitchyardError} `where: k must be 1..numExperts (8), got 9`. */
export function checkK(where: string, k: number, numExperts: number, name = 'k'): void {
  if (!Number.isInteger(k) || k < 1 || k > numExperts) {
    fail(where, `${name} must be 1..numExperts (${numExperts})`, k);
  }
}

function choose(
  scores: tf.Tensor2D,
  { k, selectionBias = null, groups = null }: SelectTopKOptions,
  renormalize: boolean
): { indices: tf.Tensor2D; shares: tf.Tensor2D } {
  if (selectionBias === null && groups === null) {
    if (renormalize) {
      return topKShares(scores, k);
    }
    const { values, indices } = ops.topK(scores, k);
    return { indices, shares: values };
  }
  const indices = ops.withoutGradient(() => {
    const biased = selectionBias === null ? scores : scores.add<tf.Tensor2D>(selectionBias);
    return ops.topK(groups === null ? biased : withinGroups(biased, groups), k).indices;
  });
  const values = ops.takeAlongRows(scores, indices);
  return { indices, shares: renormalize ? ops.rowShares(values) : values };
}
