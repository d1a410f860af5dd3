import { tf } from '../backend';
import type { DispatchPlan } from './planDispatch';

/** Rows, and their places, of one expert. */
export interface OfExpert {
  expert: number;
  value: tf.Tensor2D;
}

/** The rows of each expert that has any, from [R, D]. TensorFlow shares the memory of such pieces: nothing is copied. */
export function splitRows(x: tf.Tensor2D, { counts }: DispatchPlan): OfExpert[] {
  const experts = Array.from(counts.keys()).filter((expert) => counts[expert] > 0);
  if (experts.length <= 1) {
    return experts.map((expert) => ({ expert, value: x }));
  }
  const sizes = experts.map((expert) => counts[expert]);
  return (tf.split(x, sizes, 0) as tf.Tensor2D[]).map((value, i) => ({ expert: experts[i], value }));
}

/** One tensor of `shape` for each expert on top of each other, [E, ...shape]; zeros for an expert without one. */
export function stackByExpert(
  values: { expert: number; value: tf.Tensor }[],
  shape: number[],
  numExperts: number
): tf.Tensor {
  const none = tf.zeros(shape);
  const all = new Array<tf.Tensor>(numExperts).fill(none);
  values.forEach(({ expert, value }) => (all[expert] = value));
  return tf.stack(all);
}
