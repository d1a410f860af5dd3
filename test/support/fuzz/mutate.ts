/** Payloads made wrong, or strange but right, by a seed. */
import { LABELS, VALUES } from './hostile';
import type { Schema, Site } from './sites';
import { sites } from './sites';

type Random = () => number;

/** Changes a value in place and says how; null where it does not apply there. */
type Mutation = (site: Site, random: Random) => string | null;

/** A mutated payload and what was done to it. */
export interface Mutant {
  value: unknown;
  changes: string[];
}

/**
 * A copy of `base` with one to six changes. Half of the mutants are changed only as the schema allows (they may break
 * what it cannot say, as that lengths agree), the rest in any way, a tenth in their text.
 */
export function mutant(base: unknown, schema: Schema, random: Random): Mutant {
  const value: unknown = structuredClone(base);
  const mild = random() < 0.5;
  const changes: string[] = [];
  const found = sites(value, schema);
  const count = 1 + Math.floor(random() * 6);
  for (let i = 0; i < count; i++) {
    const site = pick(found, random);
    const change = pick(mild ? MILD : WILD, random)(site, random);
    if (change !== null) {
      changes.push(`${site.path}: ${change}`);
    }
  }
  if (!mild && random() < 0.2) {
    return {
      value: spoiled(JSON.stringify(value, breakCycles()) ?? '', random),
      changes: [...changes, 'text spoiled']
    };
  }
  return { value, changes };
}

/** Every label of a payload replaced by a hostile one. */
export function labelled(base: unknown, schema: Schema, random: Random): Mutant {
  const value: unknown = structuredClone(base);
  const changed = sites(value, schema).filter((site) => isLabel(site.schema));
  changed.forEach(({ holder, key }) => (holder[key] = pick(LABELS, random)));
  return { value, changes: [`${changed.length} labels replaced`] };
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)];
}

function isLabel({ type, enum: allowed, const: fixed, pattern }: Schema): boolean {
  return type === 'string' && !allowed && fixed === undefined && !pattern;
}

const label: Mutation = ({ holder, key, schema }, random) => {
  if (!isLabel(schema)) {
    return null;
  }
  holder[key] = pick(LABELS, random).slice(0, schema.maxLength);
  return JSON.stringify(holder[key]);
};

const bound: Mutation = ({ holder, key, schema }, random) => {
  const { type, minimum = -1e300, maximum = 1e300 } = schema;
  if (type !== 'number' && type !== 'integer') {
    return null;
  }
  const inside = [minimum, maximum, 0, 1, 2, 254, 255, 2 ** 31, 2 ** 53, 5e-324, 1e-12, 0.3, 1e12].filter(
    (x) => x >= minimum && x <= maximum && (type === 'number' || Number.isInteger(x))
  );
  holder[key] = pick(inside, random);
  return String(holder[key]);
};

/** All zero, or all on one, or turned round: shares stay shares, steps may not. */
const numbers: Mutation = ({ holder, key }, random) => {
  const list = holder[key];
  if (!Array.isArray(list) || list.length === 0 || !list.every((x) => typeof x === 'number' || x === null)) {
    return null;
  }
  const one = Math.floor(random() * list.length);
  const ways: [string, () => unknown[]][] = [
    ['all zero', () => list.map(() => 0)],
    ['all on one', () => list.map((_, i) => (i === one ? 1 : 0))],
    ['turned round', () => [...list].reverse()],
    ['all the same', () => list.map(() => list[0])]
  ];
  const [name, change] = pick(ways, random);
  holder[key] = change();
  return name;
};

const none: Mutation = ({ holder, key, nullable }) => {
  if (!nullable) {
    return null;
  }
  holder[key] = null;
  return 'null';
};

const empty: Mutation = ({ holder, key }) => {
  if (!Array.isArray(holder[key])) {
    return null;
  }
  holder[key] = [];
  return 'emptied';
};

const optional: Mutation = ({ holder, key, required }) => {
  if (required) {
    return null;
  }
  delete holder[key];
  return 'left out';
};

const other: Mutation = ({ holder, key, schema }, random) => {
  const allowed = schema.type === 'boolean' ? [true, false] : schema.enum;
  if (!allowed) {
    return null;
  }
  holder[key] = pick(allowed, random);
  return String(holder[key]);
};

const unknownKey: Mutation = ({ holder, key }, random) => {
  const value = holder[key];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return null;
  }
  const name = pick(LABELS, random);
  Object.defineProperty(value, name, {
    value: pick(LABELS, random),
    enumerable: true,
    configurable: true,
    writable: true
  });
  return `new key ${JSON.stringify(name)}`;
};

/** Keys of a record are labels as well. */
const renamed: Mutation = ({ holder, key, schema }, random) => {
  const value = holder[key] as Record<string, unknown>;
  const first = schema.type === 'object' && !schema.properties ? Object.keys(value).at(0) : undefined;
  if (first === undefined) {
    return null;
  }
  const name = pick(LABELS, random);
  holder[key] = Object.fromEntries(Object.entries(value).map(([k, v]) => [k === first ? name : k, v]));
  return `key ${JSON.stringify(first)} renamed ${JSON.stringify(name)}`;
};

const replaced: Mutation = ({ holder, key }, random) => {
  const at = Math.floor(random() * VALUES.length);
  holder[key] = VALUES[at]();
  return `replaced by value ${at}`;
};

const removed: Mutation = ({ holder, key }) => {
  if (Array.isArray(holder)) {
    holder.splice(key as number, 1);
  } else {
    delete holder[key];
  }
  return 'removed';
};

const repeated: Mutation = ({ holder, key }, random) => {
  const value = holder[key];
  if (!Array.isArray(value) || value.length === 0 || value.length > 5000) {
    return null;
  }
  const times = 1 + Math.floor(random() * 8);
  holder[key] = Array.from({ length: times }, () => value as unknown[]).flat();
  return `repeated ${times} times`;
};

const swapped: Mutation = ({ holder, key }, random) => {
  const to = pick(Object.keys(holder), random);
  [holder[key], holder[to]] = [holder[to], holder[key]];
  return `swapped with ${to}`;
};

const longer: Mutation = ({ holder, key }) => {
  const value = holder[key];
  if (!Array.isArray(value)) {
    return null;
  }
  holder[key] = [...(value as unknown[]), value.at(-1) ?? 0];
  return 'one longer';
};

const MILD: readonly Mutation[] = [label, label, bound, numbers, none, empty, optional, other, unknownKey, renamed];
const WILD: readonly Mutation[] = [...MILD, replaced, replaced, removed, repeated, swapped, longer];

/** Cut, doubled, or one character changed. */
function spoiled(text: string, random: Random): string {
  const at = Math.floor(random() * text.length);
  const ways = [
    text.slice(0, at),
    text + text.slice(at),
    `${text.slice(0, at)}${pick(['NaN', 'Infinity', '}', ']', '"', '\\u0000', '1e999', ','], random)}${text.slice(at + 1)}`,
    text.replaceAll('0', 'NaN')
  ];
  return pick(ways, random);
}

/** For JSON.stringify: leaves out what contains itself, and what is too deep for it. */
function breakCycles(): (this: unknown, key: string, value: unknown) => unknown {
  const depth = new Map<unknown, number>();
  return function (_key, value) {
    const own = (depth.get(this) ?? 0) + 1;
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    if (depth.has(value) || own > 60) {
      return null;
    }
    depth.set(value, own);
    return value;
  };
}
