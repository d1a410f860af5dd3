import { EvictionCache, expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';
import type { EvictionPolicy } from '../../base/core';

/** Options of `sim.expertCache`. */
export interface ExpertCacheOptions {
  /** Experts that are needed at once, a step of a layer each: `[[3, 7], [1, 3], ...]`. */
  accesses: readonly (readonly number[])[];
  /** Experts that fit in the fast memory. */
  capacity: number;
  /**
   * Who leaves: "lru" the longest unused, "lfu" the least often used so far (ties: the longest unused), "belady" the one
   * that is needed again last, which no policy beats. Default "lru".
   */
  policy?: CachePolicy;
  /**
   * Steps ahead that are known, as from pre-gating: experts needed within them leave last, and are loaded while earlier steps
   * are computed. Default 0.
   */
  lookahead?: number;
  /** Measured times. Default: all 0. */
  profile?: CacheProfile;
}

/** Policy of a cache of experts: which one goes when room is needed. */
export type CachePolicy = EvictionPolicy | 'belady';

/** Times of a cache of experts, such as that of bringing one in. */
export interface CacheProfile {
  /** To bring one expert into the fast memory. */
  loadSeconds: number;
  /** Of a step, its experts being there. */
  computeSeconds: number;
}

/** Report of a simulated cache of experts. */
export interface ExpertCacheReport {
  hits: number;
  misses: number;
  hitRate: number;
  /** Loads of each step; [S]. */
  loads: Int32Array;
  /** Time of all steps. */
  seconds: number;
  /** Part of it that waits for loads. */
  stallSeconds: number;
}

/**
 * A cache of experts over a trace of routing (Belady 1966 for the bound). Loads go one after the other over one link; with
 * look-ahead w, those of step s may begin when step s - w does, into a buffer besides the cache's.
 *
 * @throws {SwitchyardError} where a step needs more experts than fit, or an option is out of range.
 */
export function expertCache(options: ExpertCacheOptions): ExpertCacheReport {
  const { accesses, policy = 'lru', lookahead = 0, profile = { loadSeconds: 0, computeSeconds: 0 } } = options;
  check(options);
  const nextUse = nextUseOf(usesOf(accesses), policy === 'belady' ? Infinity : lookahead);
  const cache = new EvictionCache<number>('sim.expertCache', options.capacity, policy === 'belady' ? 'lru' : policy, nextUse); // prettier-ignore
  const loads = Int32Array.from(accesses, (needed) => cache.step(needed).missing.length);
  const misses = loads.reduce((sum, n) => sum + n, 0);
  const needed = accesses.reduce((sum, experts) => sum + experts.length, 0);
  const seconds = time(loads, lookahead, profile);
  return {
    hits: needed - misses,
    misses,
    hitRate: (needed - misses) / needed,
    loads,
    seconds,
    stallSeconds: seconds - loads.length * profile.computeSeconds
  };
}

/** Steps at which each expert is needed, in order. */
type Uses = ReadonlyMap<number, readonly number[]>;

/** Step of the next use of an expert within `known` steps, else Infinity. */
const nextUseOf =
  (uses: Uses, known: number) =>
  (expert: number, now: number): number => {
    const next = known === 0 ? Infinity : (uses.get(expert)?.find((step) => step > now) ?? Infinity);
    return next <= now + known ? next : Infinity;
  };

function usesOf(accesses: readonly (readonly number[])[]): Uses {
  const uses = new Map<number, number[]>();
  accesses.forEach((needed, step) => needed.forEach((expert) => uses.set(expert, [...(uses.get(expert) ?? []), step])));
  return uses;
}

function time(loads: Int32Array, lookahead: number, { loadSeconds, computeSeconds }: CacheProfile): number {
  const starts: number[] = [];
  let [linkFree, end] = [0, 0];
  loads.forEach((count, step) => {
    // What is known of step s: when step s - w starts; without look-ahead, when the step before has ended.
    const known = lookahead === 0 ? end : (starts[step - lookahead] ?? 0);
    if (count > 0) {
      linkFree = Math.max(linkFree, known) + count * loadSeconds;
    }
    starts.push(Math.max(end, count > 0 ? linkFree : 0));
    end = starts[step] + computeSeconds;
  });
  return end;
}

function check({ accesses, capacity, policy = 'lru', lookahead = 0, profile }: ExpertCacheOptions): void {
  const where = 'sim.expertCache';
  expectInteger(where, 'capacity', capacity, 1);
  expectOneOf(where, 'policy', policy, ['lru', 'lfu', 'belady']);
  if (lookahead !== Infinity) {
    expectInteger(where, 'lookahead', lookahead, 0);
  }
  expectNumber(where, 'profile.loadSeconds', profile?.loadSeconds ?? 0, 0);
  expectNumber(where, 'profile.computeSeconds', profile?.computeSeconds ?? 0, 0);
  accesses.forEach((needed, step) => {
    if (needed.length > capacity || new Set(needed).size !== needed.length) {
      fail(where, `step ${step} must need at most ${capacity} experts, each once`, needed);
    }
  });
}
