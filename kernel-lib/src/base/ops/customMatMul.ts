import { executeSingle, tf } from '../backend';
import { withGradient } from './gradient';
import type { DispatchPlan } from './planDispatch';

/** A grouped matmul whose three products are one custom op each. See {@link groupedMatMul}. */
export function customMatMul(x: tf.Tensor2D, w: tf.Tensor3D, plan: DispatchPlan): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [x, w],
    (save) => {
      save([x, w]);
      return multiply(x, w, plan, false);
    },
    (dy, [x, w]) => [
      multiply(dy, w, plan, true),
      executeSingle('SwitchyardGroupedOuter', {}, [x, dy, tf.tensor1d(plan.offsets, 'int32')])
    ]
  );
}

function multiply(x: tf.Tensor, w: tf.Tensor, { offsets }: DispatchPlan, transpose: boolean): tf.Tensor2D {
  const inputs = [x, w, tf.tensor1d(offsets, 'int32')];
  return executeSingle('SwitchyardGroupedMatMul', { transpose_w: transpose }, inputs) as tf.Tensor2D;
}
