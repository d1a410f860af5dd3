import { fail } from '../../../base/core';

/**
 * Balanced accuracy: the mean over classes of the share of their nodes that are told right, so that a large class counts no more than a small one; classes that do not come up are left out. 0..1.
 *
 * @throws {SwitchyardError} where there are not as many predictions as labels, or none.
 */
export function balancedAccuracy(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (predictions.length !== labels.length || labels.length === 0) {
    fail('graph.metrics.balancedAccuracy', `there must be as many predictions as labels (${labels.length}), one at least`, predictions.length); // prettier-ignore
  }
  const [right, all] = [new Map<number, number>(), new Map<number, number>()];
  Array.from(labels).forEach((label, i) => {
    all.set(label, (all.get(label) ?? 0) + 1);
    right.set(label, (right.get(label) ?? 0) + Number(predictions[i] === label));
  });
  return [...all].reduce((sum, [label, count]) => sum + right.get(label)! / count, 0) / all.size;
}
