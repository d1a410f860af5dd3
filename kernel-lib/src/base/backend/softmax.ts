import type { Tensor } from '@tensorflow/tfjs';
import { hasCustomOps } from './customOps';
import { executeSingle } from './load';
import { takeKernel } from './takeKernel';

/** Values that TensorFlow computes at once. What is left of them in eights it computes by another exp, whose last digit may differ. */
const AT_ONCE = 2048;

/**
 * Takes softmax of TensorFlow.js, the user's as well, to the custom op where there is one; the same to the last bit. TensorFlow's own wakes threads for it that the ops around it
 * then wait for.
 */
export function takeSoftmax(): void {
  takeKernel('Softmax', ({ inputs: { logits } }) =>
    isWhole(logits) && hasCustomOps() ? executeSingle('SwitchyardSoftmax', {}, [logits]) : null
  );
}

/** Whether all of its rows, or all of it, are computed in one way. */
function isWhole({ shape, size, dtype, rank }: Tensor): boolean {
  const width = shape[rank - 1];
  return dtype === 'float32' && rank > 0 && (size <= AT_ONCE || (width % 8 === 0 && width <= AT_ONCE));
}
