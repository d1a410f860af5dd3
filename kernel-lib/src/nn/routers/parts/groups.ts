import { tf } from '../../../base/backend';
import { expectInteger, expectOneOf, fail } from '../../../base/core';
import * as ops from '../../../base/ops';

/** Choosing groups of experts first, and experts in these alone (DeepSeek-V2, arXiv 2405.04434, section 2.2.2). */
export interface GroupOptions {
  /** Groups, of E / count experts each in turn. */
  count: number;
  /** Groups that a token may choose in. */
  keep: number;
  /** Score that a group is chosen by: its best score (DeepSeek-V2), or its two best together (V3, arXiv 2412.19437). Default "best". */
  score?: 'best' | 'twoBest';
}

/** @throws {SwitchyardError} naming `where` and the option that does not fit. */
export function checkGroups(where: string, { count, keep, score = 'best' }: GroupOptions): void {
  expectInteger(where, 'groups.count', count, 1);
  expectInteger(where, 'groups.keep', keep, 1, count);
  expectOneOf(where, 'groups.score', score, ['best', 'twoBest']);
}

/** @throws {SwitchyardError} where groups of this many experts cannot be, or hold fewer than K. */
export function checkGroupSizes(
  where: string,
  { count, keep, score }: GroupOptions,
  numExperts: number,
  k: number
): void {
  if (numExperts % count !== 0) {
    fail(where, `groups.count must divide the experts (${numExperts})`, count);
  }
  if (score === 'twoBest' && numExperts / count < 2) {
    fail(where, 'groups.score "twoBest" needs groups of at least 2 experts', numExperts / count);
  }
  if ((numExperts / count) * keep < k) {
    fail(where, `groups.keep must leave at least k (${k}) experts`, (numExperts / count) * keep);
  }
}

/** Scores [T, E] with those outside the kept groups at -Infinity. No gradient is wanted. */
export function withinGroups(scores: tf.Tensor2D, { count, keep, score = 'best' }: GroupOptions): tf.Tensor2D {
  const [numTokens, numExperts] = scores.shape;
  const size = numExperts / count;
  const split = scores.reshape([numTokens * count, size]) as tf.Tensor2D;
  const value = score === 'best' ? split.max(1) : ops.topK(split, 2).values.sum(1);
  const { indices } = ops.topK(value.reshape([numTokens, count]) as tf.Tensor2D, keep);
  const kept = tf
    .oneHot(indices, count)
    .toFloat()
    .sum(1)
    .expandDims(2)
    .tile([1, 1, size])
    .reshape([numTokens, numExperts]);
  return tf.where(kept.greater(0), scores, -Infinity);
}
