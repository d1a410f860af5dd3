import { tf } from '../../base/backend';
import { liveInputsMatMul, liveOutputsMatMul } from '../../base/ops';
import type { GatedFeedForward } from '../../nn/layers';
import { Linear } from '../../nn/layers';

/**
 * Output of a layer for one token of which only some channels count: rows of the others are neither read nor multiplied.
 *
 * @param own - Activations, [..., H] of one row: a linear layer's input, a gated network's activated gate.
 * @param live - 1 where a channel counts; [H].
 * @param turned - Of a gated network, the matrix that its gate multiplies with an output in each row; [H, D].
 */
export function multiplyLive(
  site: GatedFeedForward | Linear,
  { own, x, live, turned }: { own: tf.Tensor; x: tf.Tensor; live: tf.Tensor1D; turned?: tf.Tensor2D }
): tf.Tensor {
  const values = live.dataSync();
  const channels = Int32Array.from([...values.keys()].filter((i) => values[i] !== 0));
  const last = site instanceof Linear ? site : site.w2;
  const outputs = last.weight.read().shape[1]!;
  const shape = [...x.shape.slice(0, -1), outputs];
  const shift = (y: tf.Tensor, of: Linear, at?: tf.Tensor1D): tf.Tensor => {
    const bias = of.bias?.read();
    return bias === undefined ? y : y.add(at === undefined ? bias : tf.gather(bias, at));
  };
  if (channels.length === 0) {
    return shift(tf.zeros([1, outputs]), last).reshape(shape);
  }
  const rows = last.weight.read() as tf.Tensor2D;
  const whole = own.reshape<tf.Tensor2D>([1, -1]);
  if (site instanceof Linear) {
    return shift(liveInputsMatMul(whole, rows, channels), last).reshape(shape);
  }
  const at = tf.tensor1d(channels, 'int32');
  const up = shift(liveOutputsMatMul(x.reshape([1, -1]), turned!, channels), site.w3, at);
  // Back among all channels, so that the rows of the last matrix are read where they lie as well.
  const kept = tf.gather(whole, at, 1).mul(up).transpose();
  const spread = tf.unsortedSegmentSum(kept, at, values.length).transpose<tf.Tensor2D>();
  return shift(liveInputsMatMul(spread, rows, channels), last).reshape(shape);
}
