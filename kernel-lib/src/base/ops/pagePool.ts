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

/** Memory that several stacks of matrices share: what was used lately stays, by the rules of `sim.expertCache`. */
export class PagePool {
  private readonly members = new Map<PageOwner, Map<number, PackedTensor>>();
  private readonly policy: EvictionPolicy;
  private readonly bytes: number;
  private made: EvictionCache<string> | null = null;
  private readonly owners: PageOwner[] = [];
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
    const largest = Math.max(...this.owners.map(({ pageBytes }) => pageBytes));
    return Math.max(1, Math.floor(this.bytes / largest));
  }

  get report(): PagePoolReport {
    const { policy, capacity, hits, misses, bytesRead } = this;
    const each = [...this.members].map(([member, pages]) => ({ held: pages.size, bytes: pages.size * member.pageBytes })); // prettier-ignore
    return {
      ...{ policy, capacity: this.owners.length === 0 ? 0 : capacity },
      held: each.reduce((sum, { held }) => sum + held, 0),
      of: [...this.members.keys()].reduce((sum, { count }) => sum + count, 0),
      ...{ hits, misses, hitRate: hits / (hits + misses) },
      bytesHeld: each.reduce((sum, { bytes }) => sum + bytes, 0),
      bytesRead
    };
  }

  /** @internal A stack whose matrices it is to hold; before the first is taken. */
  add(member: PageOwner): void {
    this.members.set(member, new Map());
    this.owners.push(member);
  }

  /** @internal Matrices of a stack that are in memory. */
  held(member: PageOwner): number {
    return this.members.get(member)?.size ?? 0;
  }

  /** @internal Matrices of a stack, read where they are not held. */
  take(member: PageOwner, matrices: readonly number[]): PackedTensor[] {
    this.made ??= new EvictionCache<string>('ops.PagePool', this.capacity, this.policy);
    const owner = this.owners.indexOf(member);
    const own = this.members.get(member) ?? fail('ops.PagePool', 'a stack must not have been disposed', 'one that has'); // prettier-ignore
    const { missing, evicted } = this.made.step(matrices.map((matrix) => `${owner} ${matrix}`));
    for (const key of evicted) {
      const [from, matrix] = key.split(' ').map(Number);
      const pages = this.members.get(this.owners[from])!;
      pages.get(matrix)!.dispose();
      pages.delete(matrix);
    }
    this.read(member, owner, own, missing);
    this.hits += matrices.length - missing.length;
    this.misses += missing.length;
    this.bytesRead += missing.length * member.pageBytes;
    return matrices.map((matrix) => own.get(matrix)!);
  }

  // What could not be read is not there, and is read when it is next asked for.
  private read(member: PageOwner, owner: number, own: Map<number, PackedTensor>, missing: readonly string[]): void {
    const matrices = missing.map((key) => Number(key.split(' ')[1]));
    try {
      matrices.forEach((matrix) => own.set(matrix, member.readPage(matrix)));
    } catch (error) {
      matrices.filter((matrix) => !own.has(matrix)).forEach((matrix) => this.made!.forget(`${owner} ${matrix}`));
      throw error;
    }
  }

  /** @internal Frees the matrices of a stack, which is no member from then on. */
  drop(member: PageOwner): void {
    const owner = this.owners.indexOf(member);
    this.members.get(member)?.forEach((page, matrix) => {
      page.dispose();
      this.made?.forget(`${owner} ${matrix}`);
    });
    this.members.delete(member);
  }
}
