import type { RoutingRecord } from '../../base/core';
import type { RouterInternals } from '../../protocol';

/** Edges are sinh(i / this): bins of equal width near 0, and of equal ratio far from it. */
const BINS_PER_UNIT = 5;
/** Bins on one side of 0. What lies beyond the last edge, some 27, counts in the last bin. */
const SIDE = 20;

/** Edges of the bins of logits, ascending. */
export const LOGIT_EDGES: readonly number[] = Array.from({ length: 2 * SIDE + 1 }, (_, i) => edge(i - SIDE));
/** Edges of the bins of margins, ascending from 0. */
export const MARGIN_EDGES: readonly number[] = LOGIT_EDGES.slice(SIDE);

/** The edges on one side, unrounded. */
const SIZES = Float64Array.from({ length: SIDE + 1 }, (_, i) => Math.sinh(i / BINS_PER_UNIT));

/** Sums over the scores of one router's tokens: its logits, how far the first choice is ahead of the second, and its z-loss. */
export class ScoreCounts {
  /** Logits by bin, and tokens by the bin of their margin. */
  private readonly logits = new Float64Array(2 * SIDE);
  private readonly margins = new Float64Array(SIDE);
  /** Sum of margins, and how many. */
  private margin = 0;
  private sampled = 0;
  /** Sum over tokens of the squared log-sum-exp, and how many. */
  private zLoss = 0;
  private tokens = 0;

  /** Adds what a record tells of its scores. */
  record({ scores, numExperts, numTokens }: RoutingRecord): void {
    if (scores === undefined) {
      return;
    }
    const { logits, zLoss } = scores;
    this.zLoss += zLoss * numTokens;
    this.tokens += numTokens;
    for (let row = 0; row < logits.length; row += numExperts) {
      let [first, second] = [-Infinity, -Infinity];
      for (let i = row; i < row + numExperts; i++) {
        const logit = logits[i];
        this.logits[binOf(logit) + SIDE]++;
        if (logit > first) {
          second = first;
          first = logit;
        } else if (logit > second) {
          second = logit;
        }
      }
      if (numExperts > 1) {
        this.margins[binOf(first - second)]++;
        this.margin += first - second;
        this.sampled++;
      }
    }
  }

  add(other: ScoreCounts): void {
    other.logits.forEach((count, i) => (this.logits[i] += count));
    other.margins.forEach((count, i) => (this.margins[i] += count));
    this.margin += other.margin;
    this.sampled += other.sampled;
    this.zLoss += other.zLoss;
    this.tokens += other.tokens;
  }

  clear(): void {
    this.logits.fill(0);
    this.margins.fill(0);
    this.margin = this.sampled = this.zLoss = this.tokens = 0;
  }

  /** As a payload holds them; null where no scores were told. */
  read(): Omit<RouterInternals, 'bias' | 'biasFlips'> | null {
    if (this.tokens === 0) {
      return null;
    }
    const shares = (counts: Float64Array): number[] => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      return Array.from(counts, (count) => (total > 0 ? count / total : 0));
    };
    return {
      logits: shares(this.logits),
      margins: shares(this.margins),
      margin: this.sampled === 0 ? null : this.margin / this.sampled,
      zLoss: this.zLoss / this.tokens
    };
  }
}

function edge(i: number): number {
  return Number(Math.sinh(i / BINS_PER_UNIT).toFixed(4));
}

/** Bin of a value as an index from that of 0. Most values are small: the edges are passed one by one. */
function binOf(value: number): number {
  const size = Math.abs(value);
  let bin = 0;
  while (bin < SIDE && size >= SIZES[bin + 1]) {
    bin++;
  }
  if (value >= 0) {
    return Math.min(SIDE - 1, bin);
  }
  // Below 0 an edge belongs to the bin above it.
  return Math.max(-SIDE, size === SIZES[bin] ? -bin : -bin - 1);
}
