import type { RoutingRecord } from '../../base/core';

/** Pairs of experts of two layers are counted up to this many. */
const MAX_PAIRS = 65_536;

/** Where the tokens of one layer's experts go in the next layer: first choice to first choice, over the latest steps. */
export class Transitions {
  /** [E * E of the next], since the window rolled, and of the window before. */
  private current: Float64Array;
  private previous: Float64Array;

  constructor(
    private readonly numExperts: number,
    private readonly numNext: number
  ) {
    const size = numExperts * numNext > MAX_PAIRS ? 0 : numExperts * numNext;
    this.current = new Float64Array(size);
    this.previous = new Float64Array(size);
  }

  /** Whether it counts between layers of these sizes. */
  fits(numExperts: number, numNext: number): boolean {
    return numExperts === this.numExperts && numNext === this.numNext;
  }

  /** Adds two records of the same tokens. A token that either layer sent nowhere is left out. */
  record(from: RoutingRecord, to: RoutingRecord): void {
    if (this.current.length === 0) {
      return;
    }
    for (let t = 0; t < from.numTokens; t++) {
      const i = from.indices[t * from.k];
      const j = to.indices[t * to.k];
      if (i >= 0 && j >= 0) {
        this.current[i * this.numNext + j]++;
      }
    }
  }

  roll(): void {
    [this.previous, this.current] = [this.current, this.previous];
    this.current.fill(0);
  }

  /** Counts by expert; [E][E of the next]. Null where there are too many. */
  read(): Float64Array[] | null {
    if (this.current.length === 0) {
      return null;
    }
    const sum = this.current.map((n, i) => n + this.previous[i]);
    return Array.from({ length: this.numExperts }, (_, e) => sum.subarray(e * this.numNext, (e + 1) * this.numNext));
  }
}
