/** Sizes of a bias below this are rounding: it is 0. */
const NONE = 1e-7;

/** A selection bias over the steps of a run: how large it is, and how often it changes its sign. */
export class BiasWatch {
  /** How often each expert's bias has changed its sign since the run began; [E]. */
  private readonly flips: Float64Array;
  /** Sign that each had last, 0 where it has been 0 only; [E]. */
  private readonly signs: Int8Array;
  private latest: Float32Array | null = null;
  /** Experts whose bias has changed its sign in the step under way. */
  private flipped = 0;

  constructor(private readonly numExperts: number) {
    this.flips = new Float64Array(numExperts);
    this.signs = new Int8Array(numExperts);
  }

  /** The bias of a pass; [E]. */
  record(bias: Float32Array): void {
    this.latest = bias;
    bias.forEach((value, e) => {
      const sign = Math.abs(value) < NONE ? 0 : Math.sign(value);
      if (sign !== 0) {
        if (this.signs[e] === -sign) {
          this.flips[e]++;
          this.flipped++;
        }
        this.signs[e] = sign;
      }
    });
  }

  /** Ends a step: the mean size of the bias in it, and the share of experts whose bias changed its sign; null where none was seen yet. */
  step(): { size: number; flips: number } | null {
    const { latest, numExperts, flipped } = this;
    this.flipped = 0;
    return (
      latest && { size: latest.reduce((sum, b) => sum + Math.abs(b), 0) / numExperts, flips: flipped / numExperts }
    );
  }

  /** As it is now, with the changes of sign since the run began; null where none was seen yet. */
  read(): { bias: number[]; biasFlips: number[] } | null {
    return this.latest && { bias: Array.from(this.latest), biasFlips: Array.from(this.flips) };
  }
}
