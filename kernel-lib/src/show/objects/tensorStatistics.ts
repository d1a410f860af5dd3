import { tf } from '../../base/backend';

/** Statistics of a tensor's values; those that are not finite are only counted. */
export interface TensorStatistics {
  /** NaN where no value is finite, as are the two below. */
  min: number;
  max: number;
  mean: number;
  /** Values that are NaN or infinite. */
  notFinite: number;
}

/** Beyond it, the copies that the reductions make would be of hundreds of megabytes. */
const MOST_VALUES = 2 ** 26;

/** Four numbers, computed where the tensor is and read at once; null for other than numbers, none, or too many. */
export function tensorStatistics(tensor: tf.Tensor): TensorStatistics | null {
  const { dtype, size } = tensor;
  if (!['float32', 'int32', 'bool'].includes(dtype) || size === 0 || size > MOST_VALUES) {
    return null;
  }
  const [min, max, sum, finite] = tf.tidy(() => {
    const values = tensor.toFloat().flatten();
    const isFinite = values.isFinite();
    const kept = (otherwise: number): tf.Tensor => tf.where(isFinite, values, otherwise);
    const numbers = [kept(Infinity).min(), kept(-Infinity).max(), kept(0).sum(), isFinite.toFloat().sum()];
    return tf.stack(numbers).dataSync<'float32'>();
  });
  const known = finite > 0;
  return {
    min: known ? min : NaN,
    max: known ? max : NaN,
    mean: known ? sum / finite : NaN,
    notFinite: size - finite
  };
}
