/**
 * It is taken to cost the least of the latest so many times: what else runs on the machine lengthens it, and nothing
 * shortens it.
 */
const LATEST = 4;

/** Says when something may be done again: not sooner than `interval`, and not for more than `share` of the time. */
export class Pace {
  private next = -Infinity;
  /** Of the latest times, in milliseconds. */
  private costs: number[] = [];

  /**
   * @param interval - Milliseconds from one start to the next.
   * @param share - Part of the time that may be spent.
   */
  constructor(
    private readonly interval: number,
    private readonly share: number
  ) {}

  /** Milliseconds to wait; 0 where it may be done now. */
  get wait(): number {
    return Math.max(0, this.next - performance.now());
  }

  /** Does it, and counts its cost. */
  run<T>(action: () => T): T {
    const started = performance.now();
    try {
      return action();
    } finally {
      this.costs = [...this.costs, performance.now() - started].slice(-LATEST);
      this.next = started + Math.max(this.interval, Math.min(...this.costs) / this.share);
    }
  }
}
