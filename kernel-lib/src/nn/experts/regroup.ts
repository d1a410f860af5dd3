import { tf } from '../../base/backend';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';

/**
 * Lets other experts do the work: the rows of expert e go to expert `target[e]` of `numExperts`, or to none where that
 * is -1, are worked on there, and come back in their old order, zeros where none did.
 *
 * @param rows - [R, D], grouped as `plan` says.
 * @param work - What is done to the rows, sorted by their new experts.
 * @returns [R, D], in the order of `rows`.
 */
export function regroup(
  rows: tf.Tensor2D,
  plan: DispatchPlan,
  { target, numExperts }: { target: readonly number[]; numExperts: number },
  work: (rows: tf.Tensor2D, plan: DispatchPlan) => tf.Tensor2D
): tf.Tensor2D {
  const indices = new Int32Array(plan.rows);
  for (let expert = 0; expert < plan.numExperts; expert++) {
    indices.fill(target[expert], plan.offsets[expert], plan.offsets[expert + 1]);
  }
  const inner = ops.planDispatch(indices, { numTokens: plan.rows, k: 1, numExperts });
  const outputs = work(ops.dispatch(rows, inner), inner);
  return ops.combine(outputs, tf.ones([plan.rows, 1]), inner);
}
