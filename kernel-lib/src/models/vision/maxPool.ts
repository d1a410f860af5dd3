import { tf } from '../../base/backend';
import { Module } from '../../base/core';

/** The greatest of 3 x 3 pixels at every second place, padded by one: [B, H, W, C] to [B, ceil(H / 2), ceil(W / 2), C]. */
export class MaxPool extends Module {
  readonly kind = 'max-pool';

  override lengthAfter(length: number): number {
    return length / 4;
  }

  override apply(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      // Below all that can come in, so that the padding is never the greatest.
      const padded = x.pad([[0, 0], [1, 1], [1, 1], [0, 0]], -Infinity) as tf.Tensor4D; // prettier-ignore
      return tf.maxPool(padded, 3, 2, 'valid');
    });
  }
}
