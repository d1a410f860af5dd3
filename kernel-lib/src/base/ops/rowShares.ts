import { executeSingle, hasCustomOps, type tf } from '../backend';
import { expectDtype, expectShape } from '../core';
import { withGradient } from './gradient';

// Keeps 0/0 out of rows that underflow.
const TINY = 1e-20;

/** Each value over the sum of its row, the sums being positive: the weights of a token's choices; [T, K]. */
export function rowShares(x: tf.Tensor2D): tf.Tensor2D {
  expectShape('ops.rowShares', x, ['T', 'K']);
  expectDtype('ops.rowShares', 'x', x, 'float32');
  if (!hasCustomOps()) {
    return x.div(x.sum(1, true).add(TINY));
  }
  return withGradient<tf.Tensor2D>(
    [x],
    (save) => {
      save([x]);
      return executeSingle('SwitchyardRowShares', {}, [x]) as tf.Tensor2D;
    },
    (dy, [x]) => [executeSingle('SwitchyardRowSharesGrad', {}, [dy, x])]
  );
}
