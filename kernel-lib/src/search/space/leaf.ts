import { fail } from '../../base/core';
import type { Categorical, ChoiceValue, Domain, FloatRange, IntegerRange } from './domain';

/** A condition of a choice further up, without which a leaf is not there. */
export type Condition =
  | { readonly label: string; readonly is: readonly ChoiceValue[] }
  | { readonly label: string; readonly atLeast: number };

/** A single choice of an expanded space. */
export interface Leaf {
  /** Path from the root: "blocks.2.kernel". */
  readonly label: string;
  readonly domain: Categorical | IntegerRange | FloatRange;
  /** All must hold. */
  readonly when: readonly Condition[];
  /** Label of the simplex that it is a part of; absent elsewhere. */
  readonly simplex?: string;
}

/** Choices made, by label; only of leaves that are there. */
export type Point = Readonly<Record<string, ChoiceValue>>;

/** True where a leaf is there, given the choices before it. */
export function isActive({ when }: Leaf, point: Point): boolean {
  return when.every((condition) => {
    const value = point[condition.label];
    return (
      value !== undefined && ('is' in condition ? condition.is.includes(value) : Number(value) >= condition.atLeast)
    );
  });
}

/**
 * The single choices of a space, in order; a condition always names one before it.
 *
 * @throws {SwitchyardError} for labels that cannot be, counts and conditions that name no choice, and choices among nothing.
 */
export function leavesOf(choices: Readonly<Record<string, Domain>>): Leaf[] {
  const leaves: Leaf[] = [];
  for (const [label, domain] of Object.entries(choices)) {
    expand(label, domain, [], leaves);
  }
  if (leaves.length === 0) {
    fail('nas.space', 'there must be a choice', choices);
  }
  return leaves;
}

function expand(label: string, domain: Domain, when: readonly Condition[], leaves: Leaf[]): void {
  if (label.split('.').some((part) => part === '')) {
    fail('nas.space', 'a label must have at least one letter', label);
  }
  if (leaves.some((leaf) => leaf.label === label)) {
    fail('nas.space', 'a label must be there once', label);
  }
  switch (domain?.kind) {
    case 'categorical':
    case 'integer':
    case 'float':
      leaves.push({ label, domain, when });
      return;
    case 'simplex':
      domain.parts.forEach((part) =>
        leaves.push({
          label: `${label}.${part}`,
          domain: { kind: 'float', low: 0, high: 1, log: false },
          when,
          simplex: label
        })
      );
      return;
    case 'group':
      Object.entries(domain.choices).forEach(([name, each]) => expand(`${label}.${name}`, each, when, leaves));
      return;
    case 'conditional': {
      const of = find(label, domain.label, leaves);
      const strange = domain.is.find((value) => !allows(of.domain, value));
      if (strange !== undefined) {
        fail('nas.space', `"${label}" must wait for a value that "${of.label}" can have`, strange);
      }
      expand(label, domain.then, [...when, { label: of.label, is: domain.is }], leaves);
      return;
    }
    case 'repeated':
      repeat(label, domain, when, leaves);
      return;
    default:
      fail('nas.space', `"${label}" must be a choice, such as nas.integer(1, 8)`, domain);
  }
}

function repeat(
  label: string,
  { count, of }: Extract<Domain, { kind: 'repeated' }>,
  when: readonly Condition[],
  leaves: Leaf[]
): void {
  if (typeof count === 'number') {
    for (let i = 0; i < count; i++) {
      expand(`${label}.${i}`, of, when, leaves);
    }
    return;
  }
  const length = find(label, count, leaves);
  if (length.domain.kind !== 'integer' || length.domain.low < 0) {
    fail('nas.space', `the length of "${label}" must be an integer choice of 0 or more`, length.domain);
  }
  for (let i = 0; i < length.domain.high; i++) {
    expand(`${label}.${i}`, of, [...when, { label: length.label, atLeast: i + 1 }], leaves);
  }
}

/** The leaf that a name means where `label` stands: beside it, or further up. */
function find(label: string, name: string, leaves: readonly Leaf[]): Leaf {
  const above = label.split('.').slice(0, -1);
  for (let depth = above.length; depth >= 0; depth--) {
    const full = [...above.slice(0, depth), name].join('.');
    const leaf = leaves.find((each) => each.label === full);
    if (leaf !== undefined) {
      return leaf;
    }
  }
  return fail('nas.space', `"${label}" must name a choice that is given before it`, name);
}

/** True where a domain has this value. */
export function allows(domain: Leaf['domain'], value: unknown): boolean {
  if (domain.kind === 'categorical') {
    return domain.values.includes(value as ChoiceValue);
  }
  if (typeof value !== 'number' || !(value >= domain.low && value <= domain.high)) {
    return false;
  }
  return domain.kind === 'float' || (Number.isInteger(value) && (value - domain.low) % domain.step === 0);
}
