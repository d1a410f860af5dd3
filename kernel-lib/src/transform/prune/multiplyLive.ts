import { tf } from '../../base/backend';
import type { GatedFeedForward } from '../../nn/layers';
import { Linear } from '../../nn/layers';

/**
 * Output of a layer for one token of which only some channels count: rows and columns of the others are not multiplied.
 *
 * @param own - Activations, [..., H] of one row: a linear layer's input, a gated network's activated gate.
 * @param live - 1 where a channel counts; [H].
 */
export function multiplyLive(
  site: GatedFeedForward | Linear,
  { own, x, live }: { own: tf.Tensor; x: tf.Tensor; live: tf.Tensor1D }
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
  const at = tf.tensor1d(channels, 'int32');
  const kept = tf.gather(own.flatten(), at).expandDims(0);
  const rows = tf.gather(last.weight.read(), at);
  if (site instanceof Linear) {
    return shift(tf.matMul(kept, rows), last).reshape(shape);
  }
  const up = shift(tf.matMul(x.reshape([1, -1]), tf.gather(site.w3.weight.read(), at, 1)), site.w3, at);
  return shift(tf.matMul(kept.mul(up), rows), last).reshape(shape);
}
