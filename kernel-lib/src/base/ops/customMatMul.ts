import { executeSingle, tf } from '../backend';
import { activate, activatedFrom, activatedGradient, type Activated } from './activated';
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
  const inputs = of.gated === null ? [of.x] : [of.x, of.gated];
  return withGradient<tf.Tensor2D>(
    [...inputs, w],
    (save) => {
      save([...inputs, w]);
      return multiply(x, w, plan, false);
    },
    (dy, saved) => {
      const w = saved[inputs.length];
      const again = { activation, x: saved[0], gated: of.gated === null ? null : saved[1] };
      const dw = tf.tidy(() => outer(activate(again), dy, plan));
      if (again.gated !== null) {
        return [...tf.tidy(() => activatedGradient(multiply(dy, w, plan, true), again)), dw];
      }
      const last = [dy, w, offsetsOf(plan), again.x];
      return [executeSingle('SwitchyardGroupedMatMulActivationGrad', { activation }, last), dw];
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
