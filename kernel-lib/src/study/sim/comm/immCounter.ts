import { expectInteger, fail } from '../../../base/core';

interface Expectation {
  count: number;
  fire: () => void;
}

/**
 * Counts the immediate values of completed writes, and calls back when as many of a value have come as are expected,
 * whichever comes first, the writes or the expectation (TransferEngine, arXiv 2510.27656).
 */
export class ImmCounter {
  private readonly counts = new Map<number, number>();
  private readonly expected = new Map<number, Expectation>();

  /**
   * Calls `fire` once, when `count` writes of this value have come; they are then forgotten.
   *
   * @throws {SwitchyardError} where the value is waited for already.
   */
  expect(immediate: number, count: number, fire: () => void): void {
    expectInteger('sim.comm.ImmCounter', 'count', count, 1);
    if (this.expected.has(immediate)) {
      fail('sim.comm.ImmCounter', 'a value is waited for once at a time', immediate);
    }
    this.expected.set(immediate, { count, fire });
    this.settle(immediate);
  }

  /** One more write of this value is complete. */
  add(immediate: number): void {
    this.counts.set(immediate, (this.counts.get(immediate) ?? 0) + 1);
    this.settle(immediate);
  }

  private settle(immediate: number): void {
    const waiting = this.expected.get(immediate);
    const count = this.counts.get(immediate) ?? 0;
    if (waiting !== undefined && count >= waiting.count) {
      this.expected.delete(immediate);
      this.counts.set(immediate, count - waiting.count);
      waiting.fire();
    }
  }
}
