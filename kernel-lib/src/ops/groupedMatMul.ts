import { tf } from '../backend';
import { expectShape } from '../core';
import { withGradient } from './gradient';
import { groupProducts, groupSums, rowsTimesMatrices } from './groupProducts';
import type { DispatchPlan } from './planDispatch';

/**
 * Multiplies the rows of each expert with that expert's matrix: rows of expert `e` of the result are
 * `x[rows of e] w[e]`; [R, H].
 *
 * @param x - Rows sorted by expert; [R, D].
 * @param w - A matrix for each expert; [E, D, H].
 */
export function groupedMatMul(x: tf.Tensor2D, w: tf.Tensor3D, plan: DispatchPlan): tf.Tensor2D {
  expectShape('groupedMatMul', x, [plan.rows, 'D']);
  expectShape('groupedMatMul', w, [plan.numExperts, x.shape[1], 'H']);
  return withGradient<tf.Tensor2D>(
    [x, w],
    (save) => {
      save([x, w]);
      return rowsTimesMatrices(x, w, plan);
    },
    (dy, [x, w]) => [
      rowsTimesMatrices(dy, w as tf.Tensor3D, plan, { transpose: true }),
      groupProducts(x as tf.Tensor2D, dy, plan)
    ]
  );
}

/**
 * Adds each expert's bias to its rows; [R, H].
 *
 * @param y - Rows sorted by expert; [R, H].
 * @param bias - A bias for each expert; [E, H].
 */
export function groupedBias(y: tf.Tensor2D, bias: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  expectShape('groupedBias', y, [plan.rows, 'H']);
  expectShape('groupedBias', bias, [plan.numExperts, y.shape[1]]);
  return withGradient<tf.Tensor2D>(
    [y, bias],
    () => y.add(tf.gather(bias, tf.tensor1d(expertOfRow(plan), 'int32'))),
    (dy) => [dy.clone(), groupSums(dy, plan)]
  );
}

function expertOfRow({ rows, numExperts, offsets }: DispatchPlan): Int32Array {
  const experts = new Int32Array(rows);
  for (let expert = 0; expert < numExperts; expert++) {
    experts.fill(expert, offsets[expert], offsets[expert + 1]);
  }
  return experts;
}
