import { fail } from '../../base/core';
import type { Candidate } from './candidateOf';
import type { Point } from './leaf';

/** A constraint that a candidate must meet before it is tried, such as a limit of its parameters. */
export interface SpaceConstraint {
  /** For errors: "parameters". */
  readonly name: string;
  /** Measure of a candidate, which also stands there as its choices by label. */
  readonly of: (candidate: Candidate, point: Point) => number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** The first constraint that a candidate does not meet; null where it meets all. */
export function unmet(
  constraints: readonly SpaceConstraint[],
  candidate: Candidate,
  point: Point
): SpaceConstraint | null {
  return (
    constraints.find(({ of, atMost = Infinity, atLeast = -Infinity }) => {
      const value = of(candidate, point);
      return !(value <= atMost && value >= atLeast);
    }) ?? null
  );
}

/** Throws unless constraints have names of their own and a limit. */
export function checkConstraints(constraints: readonly SpaceConstraint[]): void {
  constraints.forEach(({ name, of, atMost, atLeast }, i) => {
    if (typeof of !== 'function' || (atMost === undefined && atLeast === undefined)) {
      fail('nas.space', `the constraint "${name}" must have { of, atMost } or { of, atLeast }`, constraints[i]);
    }
    if (constraints.findIndex((each) => each.name === name) !== i) {
      fail('nas.space', 'each constraint must have a name of its own', name);
    }
  });
}
