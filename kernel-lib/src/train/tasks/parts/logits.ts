import type { tf } from '../../../base/backend';
import { expectInteger, fail, showShape } from '../../../base/core';

/** Classes that labels from 0 speak of, however many labels there are: arguments of a call are limited. */
export function classesOf(labels: ArrayLike<number>): number {
  return Array.from(labels).reduce((most, label) => Math.max(most, label), 0) + 1;
}

/**
 * Logits of a model, checked: a row for each example, and at least as many columns as there are classes.
 *
 * @param whose - Words that say whose the rows are, after the shape.
 */
export function expectLogits(
  where: string,
  logits: tf.Tensor,
  { rows, classes, whose = '' }: { rows: number; classes: number; whose?: string }
): tf.Tensor2D {
  if (logits.rank !== 2 || logits.shape[0] !== rows) {
    fail(where, `the model must give logits [${rows}, C]${whose}`, showShape(logits.shape));
  }
  expectInteger(where, 'classes of the logits', logits.shape[1]!, classes);
  return logits as tf.Tensor2D;
}
