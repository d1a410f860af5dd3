import { tf } from '../../base/backend';
import { expectInteger } from '../../base/core';

/**
 * Channel-wise interpolation (arXiv 1905.09717, equation 5): channels [..., c] to [..., width], each the mean of those of the input that its share of the range
 * touches, as adaptive average pooling along the channels. To the same width it is the identity.
 *
 * @throws {SwitchyardError} where the width is no whole number of 1 or more.
 */
export function interpolateChannels(x: tf.Tensor, width: number): tf.Tensor {
  expectInteger('nas.interpolateChannels', 'width', width, 1);
  const channels = x.shape.at(-1)!;
  if (channels === width) {
    return x.clone();
  }
  return tf.tidy(() => {
    const weights = new Float32Array(channels * width);
    for (let to = 0; to < width; to++) {
      const first = Math.floor((to * channels) / width);
      const end = Math.ceil(((to + 1) * channels) / width);
      for (let from = first; from < end; from++) {
        weights[from * width + to] = 1 / (end - first);
      }
    }
    const rows = x.reshape<tf.Tensor2D>([-1, channels]);
    return tf.matMul(rows, tf.tensor2d(weights, [channels, width])).reshape([...x.shape.slice(0, -1), width]);
  });
}
