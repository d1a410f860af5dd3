import { tf } from '../../../base/backend';

/** 1 at each index in a new last axis of this depth, nothing at -1: [..., depth]. Any depth, where `tf.oneHot` wants 2. */
export function oneHot(indices: tf.Tensor, depth: number): tf.Tensor {
  return tf.tidy(() =>
    indices
      .toInt()
      .expandDims(-1)
      .equal(tf.range(0, depth, 1, 'int32'))
      .toFloat()
  );
}
