import { tf } from '../backend';

/** By the data of a value, that of the mask under which all of it is 0. */
const HELD = new WeakMap<object, object>();
let passesOfHolder = 0;

/**
 * A value times its mask of 0 and 1, both of one shape. A value that {@link hold} names is that already and is not multiplied; its gradient is masked all the same,
 * but for a pass of {@link maskedByCaller}.
 */
export function masked(value: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  if (HELD.get(value.dataId) !== mask.dataId) {
    return value.mul(mask);
  }
  return passesOfHolder > 0 ? value : asItIs(value, mask);
}

/** Says that a value is 0 wherever this mask is; true of their data, which nothing changes in place. */
export function hold(value: tf.Tensor, mask: tf.Tensor): void {
  HELD.set(value.dataId, mask.dataId);
}

/** Whether it is known that a value is 0 wherever this mask is. */
export function isHeld(value: tf.Tensor, mask: tf.Tensor): boolean {
  return HELD.get(value.dataId) === mask.dataId;
}

/**
 * A pass forward and back in which values that are held have gradients under their masks too: the caller leaves them out, which is cheaper where gradients
 * are read anyway.
 */
export function maskedByCaller<T>(pass: () => T): T {
  passesOfHolder++;
  try {
    return pass();
  } finally {
    passesOfHolder--;
  }
}

const asItIs = tf.customGrad((value, mask, save) => {
  (save as (tensors: tf.Tensor[]) => void)([mask as tf.Tensor]);
  const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]): tf.Tensor[] => [dy.mul(saved), tf.zerosLike(saved)];
  return { value: (value as tf.Tensor).clone(), gradFunc };
}) as (value: tf.Tensor, mask: tf.Tensor) => tf.Tensor;
