import { executeSingle, tf } from '../backend';
import { activate, activatedFrom, type Activated } from './activated';
import { withGradient } from './gradient';
import type { DispatchPlan } from './planDispatch';

/** A grouped matmul whose three products are one custom op each. See {@link groupedMatMul}. */
export function customMatMul(x: tf.Tensor2D, w: tf.Tensor3D, plan: DispatchPlan): tf.Tensor2D {
  const of = activatedFrom(x);
  if (of !== null) {
    return activatedMatMul(x, of, w, plan);
  }
  return withGradient<tf.Tensor2D>(
    [x, w],
    (save) => {
      save([x, w]);
      return multiply(x, w, plan, false);
    },
    (dy, [x, w]) => [multiply(dy, w, plan, true), outer(x, dy, plan)]
  );
}

/** The same as a function of what `x` is the activation of. */
function activatedMatMul(x: tf.Tensor2D, of: Activated, w: tf.Tensor3D, plan: DispatchPlan): tf.Tensor2D {
  const { activation } = of;
  return withGradient<tf.Tensor2D>(
    [of.x, w],
    (save) => {
      save([of.x, w]);
      return multiply(x, w, plan, false);
    },
    (dy, [before, w]) => {
      const dw = tf.tidy(() => outer(activate({ activation, x: before }), dy, plan));
      const inputs = [dy, w, offsetsOf(plan), before];
      return [executeSingle('SwitchyardGroupedMatMulActivationGrad', { activation }, inputs), dw];
    }
  );
}

function multiply(x: tf.Tensor, w: tf.Tensor, plan: DispatchPlan, transpose: boolean): tf.Tensor2D {
  const inputs = [x, w, offsetsOf(plan)];
  return executeSingle('SwitchyardGroupedMatMul', { transpose_w: transpose }, inputs) as tf.Tensor2D;
}

function outer(x: tf.Tensor, dy: tf.Tensor, plan: DispatchPlan): tf.Tensor {
  return executeSingle('SwitchyardGroupedOuter', {}, [x, dy, offsetsOf(plan)]);
}

function offsetsOf({ offsets }: DispatchPlan): tf.Tensor1D {
  return tf.tensor1d(offsets, 'int32');
}
