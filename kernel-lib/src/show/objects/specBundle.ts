import { inspect } from 'util';
import type { Bundle } from '../bundle';

/** Spec before anything is built: `routers.topK(...)`, `moe.plainExperts()`. */
export interface Spec {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  build(shape: never): unknown;
}

export function isSpec(value: object): value is Spec {
  const { kind, options, build } = value as Partial<Spec>;
  return typeof kind === 'string' && typeof options === 'object' && typeof build === 'function';
}

/** A router or experts that are yet to be built: the kind and all options, those within options as well. */
export function specBundle({ kind, options }: Spec): Bundle {
  return { 'text/plain': `${kind} ${optionsText(options)}` };
}

// Long tables of options are cut by `inspect`.
function optionsText(options: Readonly<Record<string, unknown>>): string {
  return inspect(plain(options), { depth: 6, breakLength: 100, maxArrayLength: 16, maxStringLength: 200 });
}

/** Options without the functions that build: a spec among them is its kind and its options. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  const entries = Object.entries(value).filter(([, inner]) => typeof inner !== 'function');
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
}
