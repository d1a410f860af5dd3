import { EvictionCache, expectInteger, fail } from '../core';
import type { EvictionPolicy } from '../core';
import type { PackedTensor } from './packedTensor';

/** Stack whose matrices a pool holds. */
export interface PageOwner {
  /** Bytes of one matrix. */
  readonly pageBytes: number;
  /** Matrices that it has. */
  readonly count: number;
  /** Reads one. */
  readPage(matrix: number): PackedTensor;
}

/** Options of a pool of matrices. */
export interface PagePoolOptions {
  /** Memory that it may take; at least one matrix is held. */
  bytes: number;
  /** Which leaves when it is full. Default "lru", the one that was used longest ago. */
  policy?: EvictionPolicy;
}

/** State of a pool of matrices, and what it has done so far. */
export interface PagePoolReport {
  policy: EvictionPolicy;
  /** Matrices that fit. */
  capacity: number;
  /** Matrices that are held. */
  held: number;
  /** Matrices that there are in all. */
  of: number;
  /** Uses of a matrix that was held. */
  hits: number;
  /** Uses of one that was read first. */
  misses: number;
  /** Hits of all uses; NaN where there were none. */
  hitRate: number;
  bytesHeld: number;
  bytesRead: number;
}

/** A matrix of a stack; null while it is not in memory. */
interface Page {
  readonly matrix: number;
  value: PackedTensor | null;
}

/** Memory that several stacks of matrices share: what was used lately stays, by the rules of `sim.expertCache`. */
export class PagePool {
  private readonly members = new Map<PageOwner, Page[]>();
  private readonly policy: EvictionPolicy;
  private readonly bytes: number;
  private largest = 0;
  private made: EvictionCache<Page> | null = null;
  private hits = 0;
  private misses = 0;
  private bytesRead = 0;

  /** @throws {SwitchyardError} where there is not a byte, or the policy is unknown. */
  constructor(where: string, { bytes, policy = 'lru' }: PagePoolOptions) {
    expectInteger(where, 'expertCache.bytes', bytes, 1);
    this.bytes = bytes;
    this.policy = policy;
    // Checks the policy at once; the capacity is known when all members are.
    new EvictionCache(where, 1, policy);
  }

  /** Matrices that fit: of the largest there are. */
  get capacity(): number {
    return this.largest === 0 ? 0 : Math.max(1, Math.floor(this.bytes / this.largest));
  }

  get report(): PagePoolReport {
    const { policy, capacity, hits, misses, bytesRead } = this;
    const each = [...this.members.keys()].map((member) => ({ member, held: this.held(member) }));
    return {
      ...{ policy, capacity },
      held: each.reduce((sum, { held }) => sum + held, 0),
      of: each.reduce((sum, { member }) => sum + member.count, 0),
      ...{ hits, misses, hitRate: hits / (hits + misses) },
      bytesHeld: each.reduce((sum, { member, held }) => sum + held * member.pageBytes, 0),
      bytesRead
    };
  }

  /** @internal A stack whose matrices it is to hold; before the first is taken. */
  add(member: PageOwner): void {
    this.members.set(
      member,
      Array.from({ length: member.count }, (_, matrix) => ({ matrix, value: null }))
    );
    this.largest = Math.max(this.largest, member.pageBytes);
  }

  /** @internal Matrices of a stack that are in memory. */
  held(member: PageOwner): number {
    return (this.members.get(member) ?? []).filter(({ value }) => value !== null).length;
  }

  /** @internal Matrices of a stack, read where they are not held. */
  take(member: PageOwner, matrices: readonly number[]): PackedTensor[] {
    this.made ??= new EvictionCache<Page>('ops.PagePool', this.capacity, this.policy);
    const own = this.members.get(member) ?? fail('ops.PagePool', 'a stack must not have been disposed', 'one that has'); // prettier-ignore
    const wanted = matrices.map((matrix) => own[matrix]);
    const { missing, evicted } = this.made.step(wanted);
    evicted.forEach(free);
    this.read(member, missing);
    this.hits += matrices.length - missing.length;
    this.misses += missing.length;
    this.bytesRead += missing.length * member.pageBytes;
    return wanted.map(({ value }) => value!);
  }

  // What could not be read is not there, and is read when it is next asked for.
  private read(member: PageOwner, missing: readonly Page[]): void {
    try {
      missing.forEach((page) => (page.value = member.readPage(page.matrix)));
    } catch (error) {
      missing.filter(({ value }) => value === null).forEach((page) => this.made!.forget(page));
      throw error;
    }
  }

  /** @internal Frees the matrices of a stack, which is no member from then on. */
  drop(member: PageOwner): void {
    for (const page of this.members.get(member) ?? []) {
      free(page);
      this.made?.forget(page);
    }
    this.members.delete(member);
  }
}

function free(page: Page): void {
  page.value?.dispose();
  page.value = null;
}
