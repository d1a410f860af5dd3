import type { RoutingRecord } from '../../base/core';

/** Choices by expert of the latest sequences of one layer, with their domains. */
export class SequenceRing {
  /** Choices by sequence and expert; [capacity * E]. */
  private readonly counts: Float32Array;
  private readonly labels: Int32Array;
  private next = 0;
  private filled = 0;

  constructor(
    private readonly capacity: number,
    private readonly numExperts: number
  ) {
    this.counts = new Float32Array(capacity * numExperts);
    this.labels = new Int32Array(capacity);
  }

  /** Keeps the newest of the sequences `counts` [B * E] with their domains [B]. */
  add(counts: Float32Array, domains: Int32Array): void {
    for (let b = Math.max(0, domains.length - this.capacity); b < domains.length; b++) {
      this.counts.set(counts.subarray(b * this.numExperts, (b + 1) * this.numExperts), this.next * this.numExperts);
      this.labels[this.next] = domains[b];
      this.next = (this.next + 1) % this.capacity;
      this.filled = Math.min(this.capacity, this.filled + 1);
    }
  }

  /** Sequences that are kept: counts [U * E] and labels [U]. */
  read(): { counts: Float32Array; labels: Int32Array } {
    return {
      counts: this.counts.subarray(0, this.filled * this.numExperts),
      labels: this.labels.subarray(0, this.filled)
    };
  }
}

/** Counts a record's choices by sequence and expert into `into` [B * E], which is cleared first. */
export function countSequences(record: RoutingRecord, numSequences: number, into: Float32Array): void {
  into.fill(0);
  const { indices, numExperts } = record;
  const size = indices.length / numSequences;
  for (let b = 0; b < numSequences; b++) {
    const row = b * numExperts;
    for (let i = b * size; i < (b + 1) * size; i++) {
      if (indices[i] >= 0) {
        into[row + indices[i]]++;
      }
    }
  }
}
