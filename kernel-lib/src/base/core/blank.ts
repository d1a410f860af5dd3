import type { tf } from '../backend';

const BLANK = new WeakSet<tf.Tensor>();

/** Marks zeros that stand for a value which is about to be stored, so that a parameter need not keep them. */
export function markBlank<T extends tf.Tensor>(zeros: T): T {
  BLANK.add(zeros);
  return zeros;
}

/** Whether these are such zeros. */
export function isBlank(value: tf.Tensor): boolean {
  return BLANK.has(value);
}
