import type { Domain } from './domain';
import { isActive } from './leaf';
import type { Leaf, Point } from './leaf';
import { simplexWeights } from './simplexWeights';

/** A candidate: choices made, as the space nests them. */
export type Candidate = Record<string, unknown>;

/** The candidate that a point stands for: groups are objects, lists arrays, and what is not there is left out. */
export function candidateOf(choices: Readonly<Record<string, Domain>>, point: Point): Candidate {
  return object(choices, '', point);
}

/** Marks what is not there. */
const ABSENT = Symbol('absent');

function object(choices: Readonly<Record<string, Domain>>, path: string, point: Point): Candidate {
  const entries = Object.entries(choices).map(
    ([name, domain]) => [name, value(domain, `${path}${name}`, point)] as const
  );
  return Object.fromEntries(entries.filter(([, each]) => each !== ABSENT));
}

function value(domain: Domain, label: string, point: Point): unknown {
  switch (domain.kind) {
    case 'categorical': {
      const chosen = point[label];
      return chosen === undefined
        ? ABSENT
        : domain.meanings === undefined
          ? chosen
          : domain.meanings[domain.values.indexOf(chosen)];
    }
    case 'integer':
    case 'float':
      return point[label] ?? ABSENT;
    case 'simplex':
      return weights(domain.parts, label, point);
    case 'group': {
      const inner = object(domain.choices, `${label}.`, point);
      return Object.keys(inner).length === 0 ? ABSENT : inner;
    }
    case 'conditional':
      return value(domain.then, label, point);
    case 'repeated': {
      const length = typeof domain.count === 'number' ? domain.count : lengthAt(label, domain.count, point);
      const items = Array.from({ length }, (_, i) => value(domain.of, `${label}.${i}`, point));
      return length > 0 && items.every((item) => item === ABSENT)
        ? ABSENT
        : items.map((item) => (item === ABSENT ? null : item));
    }
  }
}

/** The value of the choice that a list names as its length: beside it, or further up. */
function lengthAt(label: string, count: string, point: Point): number {
  const above = label.split('.').slice(0, -1);
  for (let depth = above.length; depth >= 0; depth--) {
    const value = point[[...above.slice(0, depth), count].join('.')];
    if (value !== undefined) {
      return value as number;
    }
  }
  return 0;
}

function weights(parts: readonly string[], label: string, point: Point): unknown {
  const values = simplexWeights(
    parts.map((part) => `${label}.${part}`),
    point
  );
  return values === null ? ABSENT : Object.fromEntries(parts.map((part, i) => [part, values[i]]));
}

/** A point whose choices are all there that must be, and no other. */
export function prunePoint(leaves: readonly Leaf[], point: Point, fill: (leaf: Leaf) => Point[string]): Point {
  const whole: Record<string, Point[string]> = {};
  for (const leaf of leaves) {
    if (isActive(leaf, whole)) {
      whole[leaf.label] = leaf.label in point ? point[leaf.label] : fill(leaf);
    }
  }
  return whole;
}
