import type { ChoiceValue } from './domain';
import { isActive } from './leaf';
import type { Leaf, Point } from './leaf';
import { atUnit, sizeOf, toUnit } from './scale';
import { simplexPlace, weightOf } from './simplexWeights';

/**
 * A point as numbers in 0..1, for predictors: a place for each number, a weight for each part of a simplex, one place for each value of a
 * categorical choice, and one more that says whether the choice is there where it need not be. What is not there is 0.
 */
export function encode(leaves: readonly Leaf[], point: Point): number[] {
  return leaves.flatMap((leaf) => {
    const value = point[leaf.label];
    const there = leaf.when.length === 0 ? [] : [value === undefined ? 0 : 1];
    const weight = weightOf(leaves, leaf, point);
    return [...there, ...(weight === undefined ? code(leaf, value) : [weight])];
  });
}

/** The point that numbers stand for: of categorical choices the greatest, of the others the nearest. */
export function decode(leaves: readonly Leaf[], numbers: readonly number[]): Point {
  const point: Record<string, ChoiceValue> = {};
  let at = 0;
  for (const leaf of leaves) {
    at += leaf.when.length === 0 ? 0 : 1;
    const { domain, label, simplex } = leaf;
    const own = numbers.slice(at, (at += domain.kind === 'categorical' ? sizeOf(domain) : 1));
    if (isActive(leaf, point)) {
      point[label] =
        domain.kind === 'categorical'
          ? domain.values[greatest(own)]
          : simplex !== undefined
            ? simplexPlace(own[0])
            : atUnit(domain, own[0]);
    }
  }
  return point;
}

/**
 * Mean difference of the choices, 0..1: of numbers how far apart they are of their range, of parts of a simplex their weights, of others whether they differ. A choice that
 * one alone has counts 1.
 */
export function distance(leaves: readonly Leaf[], a: Point, b: Point): number {
  const there = leaves.filter(({ label }) => a[label] !== undefined || b[label] !== undefined);
  const sum = there.reduce((total, leaf) => {
    const { domain, label } = leaf;
    const [x, y] = [a, b].map((point) => weightOf(leaves, leaf, point) ?? point[label]);
    if (x === undefined || y === undefined || domain.kind === 'categorical') {
      return total + (x === y ? 0 : 1);
    }
    return total + Math.abs(toUnit(domain, x as number) - toUnit(domain, y as number));
  }, 0);
  return there.length === 0 ? 0 : sum / there.length;
}

function code({ domain }: Leaf, value: ChoiceValue | undefined): number[] {
  return domain.kind === 'categorical'
    ? domain.values.map((each) => (each === value ? 1 : 0))
    : [value === undefined ? 0 : toUnit(domain, value as number)];
}

function greatest(numbers: readonly number[]): number {
  return numbers.reduce((best, number, i) => (number > numbers[best] ? i : best), 0);
}
