import { expectInteger, expectNumber, fail, toJson } from '../../base/core';

/** A value of a choice: what a table, a panel and a database can hold. */
export type ChoiceValue = string | number | boolean | null;

/** One of several values, in no order. */
export interface Categorical {
  readonly kind: 'categorical';
  readonly values: readonly ChoiceValue[];
  /** JSON that each value stands for in a candidate, such as a spec; absent where values stand for themselves. */
  readonly meanings?: readonly unknown[];
}

/** A whole number of `low`, `low + step`, ... up to `high`. */
export interface IntegerRange {
  readonly kind: 'integer';
  readonly low: number;
  readonly high: number;
  readonly step: number;
  /** True where ratios matter, not differences; `step` is then 1. */
  readonly log: boolean;
}

/** A number in `low..high`. */
export interface FloatRange {
  readonly kind: 'float';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** Weights, none negative, whose sum is 1. */
export interface Simplex {
  readonly kind: 'simplex';
  /** A label for each weight. */
  readonly parts: readonly string[];
}

/** Choices under a label of their own. */
export interface Group {
  readonly kind: 'group';
  readonly choices: Readonly<Record<string, Domain>>;
}

/** A list of `of`, whose length is fixed or is the value of an integer choice beside it. */
export interface Repeated {
  readonly kind: 'repeated';
  readonly count: number | string;
  readonly of: Domain;
}

/** A choice that is there only where another, beside or above it, has one of these values. */
export interface Conditional {
  readonly kind: 'conditional';
  readonly label: string;
  readonly is: readonly ChoiceValue[];
  readonly then: Domain;
}

/** A domain: values that a choice is made among, as JSON. */
export type Domain = Categorical | IntegerRange | FloatRange | Simplex | Group | Repeated | Conditional;

/**
 * A choice of one among several values, in no order: `categorical(['relu', 'gelu'])`; or among JSON values with names, such as specs:
 * `categorical({ one: routers.topK({ k: 1 }), two: routers.topK({ k: 2 }) })`.
 *
 * @throws {SwitchyardError} where there is no value, or one twice.
 */
export function categorical(values: readonly ChoiceValue[] | Readonly<Record<string, unknown>>): Categorical {
  const where = 'nas.categorical';
  const names = Array.isArray(values) ? (values as readonly ChoiceValue[]) : Object.keys(values);
  if (names.length === 0) {
    fail(where, 'there must be a value to choose', names);
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    fail(where, 'each value must be there once', twice);
  }
  names.forEach((name) => toJson(where, name));
  return {
    kind: 'categorical',
    values: [...names],
    ...(!Array.isArray(values) && { meanings: Object.values(values).map((each) => toJson(where, each)) })
  };
}

/**
 * A choice of a whole number in `low..high`: `integer(1, 8)`, `integer(32, 256, { step: 32 })`, `integer(1, 1024, { log: true })`.
 *
 * @throws {SwitchyardError} where the range is empty, `high` is not reached by `step`, or `log` is asked of numbers below 1.
 */
export function integer(low: number, high: number, { step = 1, log = false } = {}): IntegerRange {
  const where = 'nas.integer';
  expectInteger(where, 'low', low, log ? 1 : -Infinity);
  expectInteger(where, 'high', high, low);
  expectInteger(where, 'step', step, 1, log ? 1 : Infinity);
  if ((high - low) % step !== 0) {
    fail(where, `high must be low (${low}) and a multiple of step (${step})`, high);
  }
  return { kind: 'integer', low, high, step, log };
}

/**
 * A choice of a number in `low..high`: `float(0, 0.5)`, `float(1e-4, 1e-1, { log: true })`.
 *
 * @throws {SwitchyardError} where the range is empty, or `log` is asked of numbers that are not positive.
 */
export function float(low: number, high: number, { log = false } = {}): FloatRange {
  const where = 'nas.float';
  expectNumber(where, 'low', low, log ? Number.MIN_VALUE : -Infinity);
  expectNumber(where, 'high', high, low);
  return { kind: 'float', low, high, log };
}

/** A choice of weights that sum to 1, one for each name: the mixture of a text's domains. Drawn evenly from the simplex. */
export function simplex(parts: readonly string[]): Simplex {
  if (parts.length < 2 || new Set(parts).size !== parts.length) {
    fail('nas.simplex', 'parts must be two names or more, each once', parts);
  }
  return { kind: 'simplex', parts: [...parts] };
}

/** Choices under one label: a candidate has an object there. */
export function group(choices: Readonly<Record<string, Domain>>): Group {
  return { kind: 'group', choices };
}

/**
 * A list of choices: a candidate has an array there.
 *
 * @param count - Its length, or the label of the integer choice, given before it, that is its length.
 */
export function repeated(count: number | string, of: Domain): Repeated {
  if (typeof count === 'number') {
    expectInteger('nas.repeated', 'count', count, 1);
  }
  return { kind: 'repeated', count, of };
}

/** A choice that is there only where the choice `label`, given before it, has the value `is`, or one of several. */
export function when(label: string, is: ChoiceValue | readonly ChoiceValue[], then: Domain): Conditional {
  return { kind: 'conditional', label, is: Array.isArray(is) ? is : [is as ChoiceValue], then };
}
