import { tf } from '../backend';
import { expectDtype, expectShape } from '../core';
import { withGradient } from './gradient';
import type { DispatchPlan } from './planDispatch';
import { splitRows, stackByExpert } from './splitRows';

/**
 * Adds each expert's bias to its rows; [R, H].
 *
 * @param y - Rows sorted by expert; [R, H].
 * @param bias - A bias for each expert; [E, H].
 */
export function groupedBias(y: tf.Tensor2D, bias: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  expectShape('ops.groupedBias', y, [plan.rows, 'H']);
  expectShape('ops.groupedBias', bias, [plan.numExperts, y.shape[1]]);
  expectDtype('ops.groupedBias', 'y', y, 'float32');
  expectDtype('ops.groupedBias', 'bias', bias, 'float32');
  return withGradient<tf.Tensor2D>(
    [y, bias],
    () => y.add(tf.gather(bias, tf.tensor1d(expertOfRow(plan), 'int32'))),
    (dy) => {
      const sums = splitRows(dy, plan).map(({ expert, value }) => ({ expert, value: value.sum(0) }));
      return [dy.clone(), stackByExpert(sums, [dy.shape[1]], plan.numExperts)];
    }
  );
}

function expertOfRow({ rows, numExperts, offsets }: DispatchPlan): Int32Array {
  const experts = new Int32Array(rows);
  for (let expert = 0; expert < numExperts; expert++) {
    experts.fill(expert, offsets[expert], offsets[expert + 1]);
  }
  return experts;
}
