import type { ChoiceValue } from './domain';
import { allows } from './leaf';
import type { Leaf, Point } from './leaf';
import { atUnit, toUnit } from './scale';

/** How far a neighbour is in a range of numbers. */
const REACH = 0.1;

/** Points that differ in one choice; choices that come to be there are still missing, those that go are still there. */
export function neighboursOf(leaves: readonly Leaf[], point: Point): Point[] {
  return leaves
    .filter(({ label }) => label in point)
    .flatMap(({ label, domain }) => others(domain, point[label]).map((value) => ({ ...point, [label]: value })));
}

function others(domain: Leaf['domain'], value: ChoiceValue): ChoiceValue[] {
  if (domain.kind === 'categorical') {
    return domain.values.filter((each) => each !== value);
  }
  const at = value as number;
  const place = toUnit(domain, at);
  const near =
    domain.kind === 'integer'
      ? [at - domain.step, at + domain.step]
      : [atUnit(domain, place - REACH), atUnit(domain, place + REACH)];
  return near.filter((each) => each !== at && allows(domain, each));
}
