import type { ChoiceValue } from './domain';
import { isActive } from './leaf';
import type { Leaf, Point } from './leaf';
import { sizeOf, valueAt } from './scale';

/** How many points leaves have, constraints aside; Infinity with a range of numbers. Follows only choices on which others depend. */
export function countPoints(leaves: readonly Leaf[]): number {
  const last = new Map<string, number>();
  leaves.forEach(({ when }, i) => when.forEach(({ label }) => last.set(label, i)));
  const known = new Map<string, number>();
  const from = (i: number, point: Point): number => {
    if (i === leaves.length) {
      return 1;
    }
    // Choices on which nothing from here on depends make no difference.
    const open = Object.fromEntries(Object.entries(point).filter(([label]) => (last.get(label) ?? -1) >= i));
    const key = JSON.stringify([i, open]);
    const before = known.get(key);
    if (before !== undefined) {
      return before;
    }
    const count = branch(leaves[i], open, last.has(leaves[i].label), (next) => from(i + 1, next));
    known.set(key, count);
    return count;
  };
  return from(0, {});
}

function branch(leaf: Leaf, point: Point, decides: boolean, rest: (point: Point) => number): number {
  if (!isActive(leaf, point)) {
    return rest(point);
  }
  const size = sizeOf(leaf.domain);
  if (!decides || size === Infinity) {
    return size * rest(point);
  }
  let sum = 0;
  for (let v = 0; v < size; v++) {
    sum += rest({ ...point, [leaf.label]: valueAt(leaf.domain, v) });
  }
  return sum;
}

/** Every point of finite leaves, the last choice moving fastest. */
export function* eachPoint(
  leaves: readonly Leaf[],
  i = 0,
  point: Readonly<Record<string, ChoiceValue>> = {}
): Generator<Point> {
  if (i === leaves.length) {
    yield point;
    return;
  }
  const leaf = leaves[i];
  if (!isActive(leaf, point)) {
    yield* eachPoint(leaves, i + 1, point);
    return;
  }
  for (let v = 0; v < sizeOf(leaf.domain); v++) {
    yield* eachPoint(leaves, i + 1, { ...point, [leaf.label]: valueAt(leaf.domain, v) });
  }
}
