import { fail } from '../../base/core';
import { cosine } from '../../base/math/cosine';
import { argMax } from './table';
import type { QueryRouter } from './table';

/** Embeddings of queries that an expert is for. */
export type Pilots = readonly (readonly number[])[];

/** Routes to experts that can be added and removed; see {@link pilot}. */
export interface PilotRouter extends QueryRouter {
  /** Names of the experts, in the order of `choose`. */
  readonly experts: readonly string[];
  /** @throws {SwitchyardError} where the name is taken, or there is no pilot. */
  add(name: string, pilots: Pilots): void;
  /** @throws {SwitchyardError} where there is no such expert, or it is the last. */
  remove(name: string): void;
  /** Mean cosine of a query with the pilots of each expert. */
  similarities(features: readonly number[]): number[];
}

/**
 * Sends a query to the expert whose pilot queries it is most like, by mean cosine (RouterRetriever, arXiv 2409.02685). Nothing is
 * trained: adding an expert is adding its pilots.
 *
 * @throws {SwitchyardError} where there is no expert, or one has no pilot.
 */
export function pilot(experts: Readonly<Record<string, Pilots>>): PilotRouter {
  const where = 'routing.pilot';
  const known = new Map<string, Pilots>();
  const router: PilotRouter = {
    kind: 'pilot',
    get experts() {
      return [...known.keys()];
    },
    add(name, pilots) {
      if (known.has(name) || pilots.length === 0) {
        fail(where, 'an expert must have a name of its own and at least one pilot', { name, pilots: pilots.length });
      }
      known.set(name, pilots);
    },
    remove(name) {
      if (!known.has(name) || known.size === 1) {
        fail(where, `the expert must be one of ${[...known.keys()].join(', ')}, and not the last`, name);
      }
      known.delete(name);
    },
    similarities: (features) =>
      [...known.values()].map(
        (pilots) => pilots.reduce((sum, each) => sum + cosine(features, each), 0) / pilots.length
      ),
    choose: (features) => argMax(router.similarities(features))
  };
  Object.entries(experts).forEach(([name, pilots]) => router.add(name, pilots));
  if (known.size === 0) {
    fail(where, 'there must be an expert', experts);
  }
  return router;
}
