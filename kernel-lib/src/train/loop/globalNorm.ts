import { executeSingle, hasCustomOps, isNative, tf } from '../../base/backend';

/** Euclidean norm of all values of all tensors together; of those that have a mask (bool, of their shape) of the values where it is true. */
export function globalNorm(
  tensors: ReadonlyMap<string, tf.Tensor>,
  masks: ReadonlyMap<string, tf.Tensor> = new Map()
): tf.Scalar {
  return tf.tidy(() => {
    const squares = [...tensors].map(([path, x]) => halfSquares(x, masks.get(path)));
    return tf.addN(squares).mul(2).sqrt() as tf.Scalar;
  });
}

// L2Loss reads its input once and writes nothing of its size.
function halfSquares(x: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
  if (mask !== undefined) {
    return hasCustomOps()
      ? executeSingle('SwitchyardMaskedSquares', {}, [x, mask])
      : halfSquares(tf.where(mask, x, tf.zerosLike(x)), undefined);
  }
  return isNative() ? executeSingle('L2Loss', { T: 'float32' }, [x]) : x.square().sum().div(2);
}
