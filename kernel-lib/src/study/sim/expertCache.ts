import { expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';

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
export type CachePolicy = 'lru' | 'lfu' | 'belady';

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
  const cache = new Cache(options.capacity, policy, policy === 'belady' ? Infinity : lookahead, usesOf(accesses));
  const loads = Int32Array.from(accesses, (needed, step) => cache.step(step, needed));
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

class Cache {
  private readonly held = new Set<number>();
  private readonly lastUse = new Map<number, number>();
  private readonly frequency = new Map<number, number>();

  constructor(
    private readonly capacity: number,
    private readonly policy: CachePolicy,
    private readonly known: number,
    private readonly uses: Uses
  ) {}

  /** Makes the experts of a step present; returns how many had to be loaded. */
  step(now: number, needed: readonly number[]): number {
    const missing = needed.filter((expert) => !this.held.has(expert));
    for (const expert of missing) {
      if (this.held.size === this.capacity) {
        this.held.delete(this.victim(now, needed));
      }
      this.held.add(expert);
    }
    for (const expert of needed) {
      this.lastUse.set(expert, now);
      this.frequency.set(expert, (this.frequency.get(expert) ?? 0) + 1);
    }
    return missing.length;
  }

  private victim(now: number, needed: readonly number[]): number {
    const candidates = Array.from(this.held).filter((expert) => !needed.includes(expert));
    return candidates.reduce((worst, expert) => (this.leavesBefore(expert, worst, now) ? expert : worst));
  }

  private leavesBefore(a: number, b: number, now: number): boolean {
    const [nextA, nextB] = [this.nextUse(a, now), this.nextUse(b, now)];
    if (nextA !== nextB) {
      return nextA > nextB;
    }
    const frequent = (this.frequency.get(a) ?? 0) - (this.frequency.get(b) ?? 0);
    if (this.policy === 'lfu' && frequent !== 0) {
      return frequent < 0;
    }
    return (this.lastUse.get(a) ?? -1) < (this.lastUse.get(b) ?? -1);
  }

  /** Step of the next use as far as it is known, else Infinity. */
  private nextUse(expert: number, now: number): number {
    if (this.known === 0) {
      return Infinity;
    }
    const next = this.uses.get(expert)?.find((step) => step > now) ?? Infinity;
    return next <= now + this.known ? next : Infinity;
  }
}

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
