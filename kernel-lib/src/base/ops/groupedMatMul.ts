import { hasCustomOps, type tf } from '../backend';
import { expectDtype, expectShape } from '../core';
import { customMatMul } from './customMatMul';
import { paddedMatMul, paddingPays } from './paddedMatMul';
import type { DispatchPlan } from './planDispatch';
import { splitMatMul } from './splitMatMul';

/**
 * Multiplies the rows of each expert with that expert's matrix: rows of expert `e` of the result are
 * `x[rows of e] w[e]`; [R, H].
 *
 * @param x - Rows sorted by expert; [R, D].
 * @param w - A matrix for each expert; [E, D, H].
 */
export function groupedMatMul(x: tf.Tensor2D, w: tf.Tensor3D, plan: DispatchPlan): tf.Tensor2D {
  expectShape('ops.groupedMatMul', x, [plan.rows, 'D']);
  expectShape('ops.groupedMatMul', w, [plan.numExperts, x.shape[1], 'H']);
  expectDtype('ops.groupedMatMul', 'x', x, 'float32');
  expectDtype('ops.groupedMatMul', 'w', w, 'float32');
  if (hasCustomOps()) {
    return customMatMul(x, w, plan);
  }
  return paddingPays(plan, w.shape[1], w.shape[2]) ? paddedMatMul(x, w, plan) : splitMatMul(x, w, plan);
}
