import { fail } from '../../base/core';

/** Works on a query of type Q; what it says is of type A. */
export type RegisteredExpert<Q, A> = (query: Q) => A | Promise<A>;

/** Options of `routing.expertRegistry`. */
export interface RegistryOptions<Q, A> {
  /** By name. */
  experts: Readonly<Record<string, RegisteredExpert<Q, A>>>;
  /** Names of the experts that a query needs, out of those there are: an agent's choice. */
  select(query: Q, names: readonly string[]): readonly string[] | Promise<readonly string[]>;
}

/** Experts that are asked by name; see {@link expertRegistry}. */
export interface ExpertRegistry<Q, A> {
  readonly names: readonly string[];
  /** How often each expert ran. */
  readonly calls: Readonly<Record<string, number>>;
  /** @throws {SwitchyardError} where the name is taken. */
  register(name: string, expert: RegisteredExpert<Q, A>): void;
  /**
   * Answers of the experts selected for a query, by name, in the order selected. No other expert runs.
   *
   * @throws {SwitchyardError} where an expert is selected that is not there: then none runs.
   */
  ask(query: Q): Promise<Record<string, A>>;
}

/**
 * An agent's experts as tools: a selector names those that a query needs, and only they run (Internet of Experts over the Model
 * Context Protocol, arXiv 2505.01834). Experts can be added at any time; nothing is trained.
 */
export function expertRegistry<Q, A>({ experts, select }: RegistryOptions<Q, A>): ExpertRegistry<Q, A> {
  const where = 'routing.expertRegistry';
  const known = new Map<string, RegisteredExpert<Q, A>>();
  const calls: Record<string, number> = {};
  const registry: ExpertRegistry<Q, A> = {
    get names() {
      return [...known.keys()];
    },
    calls,
    register(name, expert) {
      if (known.has(name)) {
        fail(where, 'names of experts must differ', name);
      }
      known.set(name, expert);
      calls[name] = 0;
    },
    async ask(query) {
      const wanted = [...new Set(await select(query, registry.names))];
      const unknown = wanted.find((name) => !known.has(name));
      if (unknown !== undefined) {
        fail(where, `select must name experts out of ${registry.names.join(', ')}`, unknown);
      }
      const answers = wanted.map(async (name) => {
        calls[name]++;
        return [name, await known.get(name)!(query)] as const;
      });
      return Object.fromEntries(await Promise.all(answers));
    }
  };
  Object.entries(experts).forEach(([name, expert]) => registry.register(name, expert));
  return registry;
}
