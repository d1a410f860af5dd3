import { expectInteger, expectOneOf } from './errors';

/** Policy of a cache that is full: what was used longest ago leaves first, or what was used least often. */
export type EvictionPolicy = 'lru' | 'lfu';

export const EVICTION_POLICIES: readonly EvictionPolicy[] = ['lru', 'lfu'];

/** Keys that a step of a cache brought in, and those that left for them. */
export interface CacheStep<K> {
  missing: K[];
  evicted: K[];
}

/** Keys that a cache holds, by least recent or least frequent use: which are there, come and leave; whoever has the values follows. */
export class EvictionCache<K> {
  /** How many it holds, at most. */
  readonly capacity: number;
  private readonly held = new Set<K>();
  private readonly lastUse = new Map<K, number>();
  private readonly frequency = new Map<K, number>();
  private now = 0;

  /**
   * @param nextUse - Step of the next use after a step, as far as it is known, else Infinity: what is needed last leaves before the policy is
   * asked. Default: nothing is known.
   * @throws {SwitchyardError} where the capacity is below 1 or the policy is unknown.
   */
  constructor(
    where: string,
    capacity: number,
    private readonly policy: EvictionPolicy,
    private readonly nextUse: (key: K, now: number) => number = () => Infinity
  ) {
    expectInteger(where, 'capacity', capacity, 1);
    expectOneOf(where, 'policy', policy, EVICTION_POLICIES);
    this.capacity = capacity;
  }

  /** How many are held. */
  get size(): number {
    return this.held.size;
  }

  /** Makes the keys of a step present, `capacity` of them at most and each once; none of them leaves for another. */
  step(needed: readonly K[]): CacheStep<K> {
    const missing = needed.filter((key) => !this.held.has(key));
    const evicted: K[] = [];
    for (const key of missing) {
      if (this.held.size === this.capacity) {
        const victim = this.victim(needed);
        this.held.delete(victim);
        evicted.push(victim);
      }
      this.held.add(key);
    }
    for (const key of needed) {
      this.lastUse.set(key, this.now);
      this.frequency.set(key, (this.frequency.get(key) ?? 0) + 1);
    }
    this.now++;
    return { missing, evicted };
  }

  /** Forgets a key and all of its uses. */
  forget(key: K): void {
    [this.held, this.lastUse, this.frequency].forEach((each) => each.delete(key));
  }

  private victim(needed: readonly K[]): K {
    const candidates = Array.from(this.held).filter((key) => !needed.includes(key));
    return candidates.reduce((worst, key) => (this.leavesBefore(key, worst) ? key : worst));
  }

  private leavesBefore(a: K, b: K): boolean {
    const [nextA, nextB] = [this.nextUse(a, this.now), this.nextUse(b, this.now)];
    if (nextA !== nextB) {
      return nextA > nextB;
    }
    const frequent = this.frequency.get(a)! - this.frequency.get(b)!;
    if (this.policy === 'lfu' && frequent !== 0) {
      return frequent < 0;
    }
    return this.lastUse.get(a)! < this.lastUse.get(b)!;
  }
}
