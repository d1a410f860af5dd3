import { executeSingle, isNative, tf } from '../../base/backend';

/** Euclidean norm of all values of all tensors together. */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => tf.addN(tensors.map(halfSquares)).mul(2).sqrt() as tf.Scalar);
}

// L2Loss reads its input once and writes nothing of its size.
function halfSquares(x: tf.Tensor): tf.Tensor {
  return isNative() ? executeSingle('L2Loss', { T: 'float32' }, [x]) : x.square().sum().div(2);
}
