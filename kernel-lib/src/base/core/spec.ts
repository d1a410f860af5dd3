import { fail } from './errors';

/** Specification of a module, as data: it can be saved, hashed, compared and sent to another process. */
export interface SpecData {
  /** Its entry in a {@link SpecTable}. */
  readonly kind: string;
  /** JSON; specs within are data as well. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A spec with what builds from it. */
export interface Spec<Shape, M> extends SpecData {
  build(shape: Shape): M;
}

/** Builders by kind, for specs of one family: routers, experts, norms. */
export class SpecTable<S extends SpecData> {
  private readonly kinds = new Map<string, (options: never) => S>();

  /** @param what - What its specs build, for errors: "router". */
  constructor(readonly what: string) {}

  /** Adds a kind; `make` takes the options that a spec of this kind has. A kind is added once. */
  register(kind: string, make: (options: never) => S): void {
    if (this.kinds.has(kind)) {
      fail(`SpecTable.register (${this.what})`, 'a kind must be new', kind);
    }
    this.kinds.set(kind, make);
  }

  /** The kinds there are. */
  get names(): string[] {
    return [...this.kinds.keys()];
  }

  /**
   * The spec that data stand for; a spec that can build stays as it is.
   *
   * @throws {SwitchyardError} for a kind that is not there.
   */
  of(data: SpecData): S {
    if (typeof data !== 'object' || data === null) {
      fail(`${this.what} spec`, 'a spec must be { kind, options }', data);
    }
    if ('build' in data && typeof data.build === 'function') {
      return data as S;
    }
    const make = this.kinds.get(data.kind);
    return make === undefined
      ? fail(`${this.what} spec`, `kind must be one of ${this.names.join(', ')}`, data.kind)
      : make((data.options ?? {}) as never);
  }
}

/**
 * A value as plain JSON: of specs only kind and options, undefined is left out.
 *
 * @throws {SwitchyardError} naming the place of what is not JSON: a function, a live module, a number that is not finite.
 */
export function toJson(where: string, value: unknown, path = ''): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'number' && Number.isFinite(value)) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((each, i) => toJson(where, each, `${path}[${i}]`));
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const isSpec = 'kind' in value && 'options' in value && 'build' in value;
    const entries = Object.entries(value).filter(
      ([key, each]) => each !== undefined && (!isSpec || key === 'kind' || key === 'options')
    );
    return Object.fromEntries(
      entries.map(([key, each]) => [key, toJson(where, each, path === '' ? key : `${path}.${key}`)])
    );
  }
  const came = typeof value === 'object' ? value.constructor.name : typeof value === 'number' ? value : typeof value;
  return fail(where, `"${path}" must be JSON, to be saved`, came);
}
