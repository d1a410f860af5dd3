import { tf } from '../backend';
import { expectDtype, expectRank } from '../core';
import { withGradient } from './gradient';

/**
 * `log(sum(exp(x)))` over the last axis, safe for large values: [..., N] gives [...]. A row of only -Infinity gives
 * -Infinity. Its gradient is the softmax.
 */
export function logSumExp(x: tf.Tensor): tf.Tensor {
  expectDtype('ops.logSumExp', 'x', x, 'float32');
  expectRank('ops.logSumExp', x, 1);
  return withGradient(
    [x],
    (save) => {
      const max = x.max(-1, true);
      const shift = tf.where(tf.isFinite(max), max, tf.zerosLike(max));
      const y = x.sub(shift).exp().sum(-1, true).log().add(shift);
      save([x, y]);
      return y.squeeze([-1]);
    },
    (dy, [x, y]) => [x.sub(y).exp().mul(dy.expandDims(-1))]
  );
}
