/** Says when something may be done again: not sooner than `interval`, and not for more than `share` of the time. */
export class Pace {
  private next = -Infinity;

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
      const cost = performance.now() - started;
      this.next = started + Math.max(this.interval, cost / this.share);
    }
  }
}
