import type { RoutingRecord } from '../../base/core';
import type { Batch } from '../../train/data';

/** V * E above which a layer's tokens are not counted: 2 MB in each half of the window. */
const MAX_ENTRIES = 2 ** 19;

/** Times that each token of the vocabulary was sent to each expert, over the latest 1 to 2 windows, or over all steps. */
export class TokenCounts {
  /** N_vi since the window rolled, and of the window before; [V * E], V the largest token seen and one. */
  private current: Float32Array = new Float32Array();
  private previous: Float32Array = new Float32Array();
  /** Times each token was routed, N_v, never rolled; [V]. */
  private routed: Float64Array = new Float64Array();
  private full = false;

  constructor(
    private readonly numExperts: number,
    private readonly maxEntries = MAX_ENTRIES
  ) {}

  /** Adds the choices of a record of this batch's tokens. */
  record({ indices, k }: RoutingRecord, { tokens, batchSize, length }: Batch): void {
    if (!this.holds(tokens)) {
      return;
    }
    for (let b = 0; b < batchSize; b++) {
      for (let n = 0; n < length; n++) {
        const token = tokens[b * (length + 1) + n];
        const row = (b * length + n) * k;
        this.routed[token]++;
        for (let i = row; i < row + k; i++) {
          if (indices[i] >= 0) {
            this.current[token * this.numExperts + indices[i]]++;
          }
        }
      }
    }
  }

  /** Starts the window's next half. */
  roll(): void {
    [this.previous, this.current] = [this.current, this.previous];
    this.current.fill(0);
  }

  /** N_vi [V * E] and N_v [V]; null where the vocabulary is too large to count. */
  read(): { counts: Float32Array; routed: Float64Array } | null {
    if (this.full) {
      return null;
    }
    const counts = this.current.slice();
    for (let i = 0; i < counts.length; i++) {
      counts[i] += this.previous[i];
    }
    return { counts, routed: this.routed };
  }

  /** Makes room for these tokens; false where there would be too many. */
  private holds(tokens: Int32Array): boolean {
    let largest = this.routed.length - 1;
    for (let i = 0; i < tokens.length; i++) {
      largest = Math.max(largest, tokens[i]);
    }
    if (!this.full && largest >= this.routed.length) {
      this.grow(largest + 1);
    }
    return !this.full;
  }

  private grow(vocabSize: number): void {
    const size = vocabSize * this.numExperts;
    this.full = size > this.maxEntries;
    this.current = enlarged(this.current, this.full ? 0 : size);
    this.previous = enlarged(this.previous, this.full ? 0 : size);
    const routed = new Float64Array(vocabSize);
    routed.set(this.routed);
    this.routed = routed;
  }
}

function enlarged(values: Float32Array, size: number): Float32Array {
  const larger = new Float32Array(size);
  larger.set(values.subarray(0, size));
  return larger;
}
