import { createHash } from 'crypto';
import { fail, toJson } from '../../base/core';
import { architectureOf } from './architectureOf';
import type { ArchitectureGraph } from './architectureOf';
import { candidateOf, prunePoint } from './candidateOf';
import type { Candidate } from './candidateOf';
import { checkConstraints, unmet } from './constraint';
import type { SpaceConstraint } from './constraint';
import { countPoints, eachPoint } from './countPoints';
import type { ChoiceValue, Domain } from './domain';
import { decode, distance, encode } from './encoding';
import { allows, isActive, leavesOf } from './leaf';
import type { Leaf, Point } from './leaf';
import { fromUnit, sizeOf } from './scale';
import { neighboursOf } from './neighbours';

/** A space as JSON, to be saved and compared. */
export interface SpaceData {
  readonly choices: Readonly<Record<string, Domain>>;
  /** Names of the constraints, which are functions. */
  readonly constraints: readonly string[];
}

/** Options of `nas.space`. */
export interface SpaceOptions {
  /** Constraints that a candidate must meet before it is tried. */
  constraints?: readonly SpaceConstraint[];
  /**
   * Identity of a candidate as far as its network goes, as JSON: candidates with the same are one, such as graphs that differ in the
   * numbers of their nodes. Default: the candidate.
   */
  canonical?: (candidate: Candidate) => unknown;
  /** Network of a candidate as a graph, for panels. Default: what the candidate tells by its lists and counts. */
  architecture?: (candidate: Candidate) => ArchitectureGraph | null;
}

/** Uniform numbers in [0, 1), as `core.Random.generator` gives them. */
export type Draws = () => number;

/** Draws without a feasible candidate that end in an error. */
const MOST_DRAWS = 10_000;

/** A search space: labelled choices, as data, and what strategies and predictors do with them. */
export class Space {
  /** Its single choices, in order. */
  readonly leaves: readonly Leaf[];
  private counted: number | null = null;

  /** @internal Use `nas.space`. */
  constructor(
    readonly choices: Readonly<Record<string, Domain>>,
    private readonly options: SpaceOptions = {}
  ) {
    checkConstraints(options.constraints ?? []);
    this.leaves = leavesOf(toJson('nas.space', choices) as Record<string, Domain>);
  }

  get data(): SpaceData {
    const constraints = (this.options.constraints ?? []).map(({ name }) => name);
    return toJson('nas.space', { choices: this.choices, constraints }) as SpaceData;
  }

  /** How many candidates there are, constraints and isomorphism aside; Infinity with a range of numbers. */
  get size(): number {
    return (this.counted ??= countPoints(this.leaves));
  }

  /** A candidate, nested as the space is, from its point. */
  candidate(point: Point): Candidate {
    return candidateOf(this.choices, point);
  }

  /** The network of a point as a graph; null where the space does not tell of one. */
  architecture(point: Point): ArchitectureGraph | null {
    return (this.options.architecture ?? architectureOf)(this.candidate(point));
  }

  /**
   * Throws unless a point has a value for each choice that is there, and no other.
   *
   * @throws {SwitchyardError} naming the choice.
   */
  check(point: Point): void {
    const where = 'nas.space.check';
    const known = new Set(this.leaves.map(({ label }) => label));
    const strange = Object.keys(point).find((label) => !known.has(label));
    if (strange !== undefined) {
      fail(where, `a point must have choices of the space (${[...known].slice(0, 8).join(', ')}, ...)`, strange);
    }
    for (const leaf of this.leaves) {
      const value = point[leaf.label];
      if (isActive(leaf, point) ? !allows(leaf.domain, value) : value !== undefined) {
        fail(where, `"${leaf.label}" must be a value of its choice, and only there where it applies`, value);
      }
    }
  }

  /** True where a point meets all constraints. */
  isFeasible(point: Point): boolean {
    const { constraints = [] } = this.options;
    return constraints.length === 0 || unmet(constraints, this.candidate(point), point) === null;
  }

  /** Sixteen letters that are the same for the same candidate (or the same canonical form of it). */
  hash(point: Point): string {
    const { canonical } = this.options;
    const ordered = this.leaves.flatMap(({ label }) => (label in point ? [[label, point[label]]] : []));
    const form = canonical === undefined ? ordered : toJson('nas.space: canonical', canonical(this.candidate(point)));
    return createHash('sha256').update(JSON.stringify(form)).digest('hex').slice(0, 16);
  }

  /**
   * A point drawn evenly, choice by choice.
   *
   * @throws {SwitchyardError} where of many none meets the constraints.
   */
  sample(next: Draws): Point {
    for (let i = 0; i < MOST_DRAWS; i++) {
      const point = this.complete({}, next);
      if (this.isFeasible(point)) {
        return point;
      }
    }
    return this.infeasible(next);
  }

  /** Every point that meets the constraints, the last choice moving fastest. */
  *points(): Generator<Point> {
    if (this.size === Infinity) {
      fail('nas.space.points', 'a space must be finite to be gone through', 'a range of numbers');
    }
    for (const point of eachPoint(this.leaves)) {
      if (this.isFeasible(point)) {
        yield point;
      }
    }
  }

  /** A point with these choices where they apply, and drawn ones for the others. */
  complete(point: Point, next: Draws): Point {
    return prunePoint(this.leaves, point, ({ domain }) => fromUnit(domain, next()));
  }

  /** All feasible points that differ from one in a single choice: another value, or of numbers the one below and above. */
  neighbours(point: Point, next: Draws): Point[] {
    return neighboursOf(this.leaves, point)
      .map((each) => this.complete(each, next))
      .filter((each) => this.isFeasible(each));
  }

  /**
   * A feasible point that differs from one in a single choice, drawn evenly among its choices and then among the other values; or, with a `rate`, in each
   * choice with that chance, which may be in none.
   *
   * @throws {SwitchyardError} where of many none meets the constraints.
   */
  mutate(point: Point, next: Draws, rate?: number): Point {
    const open = this.leaves.filter(({ label, domain }) => label in point && sizeOf(domain) > 1);
    if (open.length === 0) {
      return point;
    }
    for (let i = 0; i < MOST_DRAWS; i++) {
      const chosen = rate === undefined ? [open[Math.floor(next() * open.length)]] : open.filter(() => next() < rate);
      const values = chosen.map(({ label, domain }) => [label, otherValue(domain, point[label], next)] as const);
      const changed = this.complete({ ...point, ...Object.fromEntries(values) }, next);
      if (this.isFeasible(changed)) {
        return changed;
      }
    }
    return this.infeasible(next);
  }

  /** A feasible child of two points: each choice from either; null where no such child was found. */
  cross(a: Point, b: Point, next: Draws): Point | null {
    for (let i = 0; i < 100; i++) {
      const mixed = Object.fromEntries(
        this.leaves.flatMap(({ label }) => {
          const [first, second] = next() < 0.5 ? [a, b] : [b, a];
          const from = label in first ? first : second;
          return label in from ? [[label, from[label]]] : [];
        })
      );
      const child = this.complete(mixed, next);
      if (this.isFeasible(child)) {
        return child;
      }
    }
    return null;
  }

  /** A point as numbers in 0..1, of the same length for all. */
  encode(point: Point): number[] {
    return encode(this.leaves, point);
  }

  /** The point that numbers stand for, or the nearest. */
  decode(numbers: readonly number[]): Point {
    return decode(this.leaves, numbers);
  }

  /** Mean difference of the choices of two points, 0..1. */
  distance(a: Point, b: Point): number {
    return distance(this.leaves, a, b);
  }

  private infeasible(next: Draws): never {
    const point = this.complete({}, next);
    const first = unmet(this.options.constraints ?? [], this.candidate(point), point);
    return fail('nas.space', `of ${MOST_DRAWS} candidates one must meet the constraint "${first?.name}"`, 'none');
  }
}

/** Another value of a choice that has one, drawn evenly. */
function otherValue(domain: Leaf['domain'], value: ChoiceValue, next: Draws): ChoiceValue {
  for (;;) {
    const other = fromUnit(domain, next());
    if (other !== value) {
      return other;
    }
  }
}
